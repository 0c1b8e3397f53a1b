/** The map by keyboard: one stop, in which arrow keys go from project to project as one reads; what is reached is ringed and said. */

import { announce } from "../announce.js";
import { own, t } from "../i18n.js";
import { oncePerFrame } from "../pace.js";
import * as L from "./leaflet.js";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const PAN_PX = 120;
const PANS = { ArrowRight: [PAN_PX, 0], ArrowLeft: [-PAN_PX, 0], ArrowDown: [0, PAN_PX], ArrowUp: [0, -PAN_PX] };

/** `root` is the map's own element; `layers()` tell what is in sight, `onHover(id | null)` lights it everywhere, `onHelp()` opens the keys. */
export function createBrowse(root, { map, layers, catalog, onChoose, onHover, onHelp }) {
  const { leaflet, openPart } = map;
  let current = null;
  let last = null;

  leaflet.keyboard.disable(); // its arrow keys would pan: Shift and an arrow do here
  root.setAttribute("role", "application");
  root.setAttribute("tabindex", "0");

  function stand(id) {
    current = id;
    last = id ?? last;
    layers().ring(id, "current");
    onHover(id);
  }

  /** `words`: what is said of a group that is one stop, or what brings all that is told of a project. */
  async function tell({ feature: { id, properties }, n, words: told }, position, all) {
    const p = typeof told === "function" ? await told() : properties;
    if (id !== current) return;
    if (typeof told === "string") { announce(`${told}. ${t("browseSign", { n: position + 1, all })}`); return; }
    const words = [own(p, "name"), catalog.statusLabel(p.status), catalog.conditionSymbol(p.condition) && catalog.conditionLabel(p.condition), catalog.layerTitle(p.layer)];
    announce(`${words.filter(Boolean).join(", ")}. ${t("browseAt", { n: position + 1, all })}${n > 1 ? ` ${t("browseGroup", { n })}` : ""}`);
  }

  /** The project so many steps on; from the edge to the other one, since there is nothing beyond. */
  function go(step, from = current ?? last) {
    const seen = layers().visible(openPart());
    if (!seen.length) { stand(null); announce(t("browseNone")); return; }
    const at = seen.findIndex(({ feature }) => feature.id === from);
    const next = at < 0 ? (step > 0 ? 0 : seen.length - 1) : (at + step + seen.length) % seen.length;
    stand(seen[next].feature.id);
    tell(seen[next], next, seen.length);
  }

  const isGroup = (id) => typeof layers().visible(openPart()).find(({ feature }) => feature.id === id)?.words === "string";

  const acts = {
    Enter: () => current && (isGroup(current) ? layers().press(current) : onChoose(current)),
    " ": () => current && layers().press(current),
    Home: () => go(1, ""),
    End: () => go(-1, ""),
    "+": () => leaflet.zoomIn(), "=": () => leaflet.zoomIn(),
    "-": () => leaflet.zoomOut(), _: () => leaflet.zoomOut(),
    0: () => map.home(),
    "?": onHelp,
  };

  /** The map is seen to move at once; what follows from where it rests is done after that picture, once for all steps until then. */
  const rest = oncePerFrame(() => leaflet.fire("moveend"));
  function slide(by) {
    const pane = leaflet.stop().getPane("mapPane");
    leaflet.fire("movestart");
    L.DomUtil.setPosition(pane, L.DomUtil.getPosition(pane).subtract(by));
    leaflet.fire("move");
    rest();
  }

  root.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey, target } = event;
    if (target !== root || ctrlKey || metaKey || altKey) return;
    if (key === "Escape") {
      if (!current) { root.blur(); return; }
      stand(null);
    } else if (PANS[key] && shiftKey) slide(PANS[key]);
    else if (STEPS[key]) go(STEPS[key]);
    else if (acts[key]) acts[key]();
    else return;
    event.preventDefault();
  });
  root.addEventListener("blur", () => current && stand(null));
  leaflet.on("moveend", () => {
    if (current && !layers().visible(openPart()).some(({ feature }) => feature.id === current)) stand(null);
  });
}
