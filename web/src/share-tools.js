/** The ways out of the map among its tools: a link that restores everything, and paper. What they open comes when it is asked for. */

import { format } from "./state.js";

/** `map` as `createMap` makes it. */
export function addShareTools(map, state) {
  map.addTool({ id: "share", label: "share", onPress: () => import("./share.js").then(({ openShare }) => openShare(state)) });
  map.addTool({ id: "print", label: "print", onPress: () => window.open(paperAddress(state, map), "_blank", "noopener") });
}

/** The page for paper with the same state; what lies open to the eye here is what its map shows there. */
function paperAddress(state, map) {
  const query = format({ ...state.shown, id: null });
  return `/in${query}${query ? "&" : "?"}frame=${map.openGround().map((degrees) => degrees.toFixed(4)).join(",")}`;
}
