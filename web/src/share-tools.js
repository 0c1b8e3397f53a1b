/** The ways out of the map among its tools. What they open comes when it is asked for. */

/** `map` as `createMap` makes it. */
export function addShareTools(map, state) {
  map.addTool({ id: "share", label: "share", onPress: () => import("./share.js").then(({ openShare }) => openShare(state)) });
}
