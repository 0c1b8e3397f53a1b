/** The one voice of the page for those who do not see it: polite, one sentence at a time, the newest wins. */

import { el } from "./dom.js";

const PAUSE_MS = 120;
let coming = 0;

/** Say it once the reader is done with what they hear; the same words again are said again. */
export function announce(words) {
  const voice = document.querySelector("#voice") ?? document.body.appendChild(el("p", { id: "voice", class: "visually-hidden", "aria-live": "polite" }));
  clearTimeout(coming);
  voice.textContent = "";
  coming = setTimeout(() => { voice.textContent = words; }, PAUSE_MS);
}
