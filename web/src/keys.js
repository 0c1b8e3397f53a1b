/** The keys of the map and of the list: each as it is written on a keyboard, and what it does. */

import { el } from "./dom.js";
import { t } from "./i18n.js";

const KEYS = [
  [["←", "→", "↑", "↓"], "keyBrowse"], [["Home", "End"], "keyEnds"], [["Enter"], "keyOpen"], [["Space"], "keyGroup"], [["Esc"], "keyLeave"],
  [["Shift", "← → ↑ ↓"], "keyPan"], [["+", "−"], "keyZoom"], [["0"], "keyHome"], [["↑", "↓"], "keyList"], [["/"], "keySearch"], [["?"], "keyHelp"],
];

/** Terms and descriptions, for a <dl>. */
export const keyList = () => KEYS.flatMap(([keys, words]) => [el("dt", {}, keys.map((key) => el("kbd", {}, key))), el("dd", {}, t(words))]);
