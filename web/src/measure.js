/** Distance and area: corners by press, by the cross in the middle of the map, or typed; each told in WGS 84 and in VN-2000. */

import { el, glyph } from "./dom.js";
import { distance, parsePlace, ringMeasure, vn2000, way } from "./geodesy.js";
import { lang, number, t } from "./i18n.js";
import { hold } from "./map/grip.js";
import { createSketch } from "./map/sketch.js";

const fixed = (value, digits) => new Intl.NumberFormat(lang() === "vi" ? "vi-VN" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** "345,6 m" or "1,235 km". */
export const lengthWords = (metres) => (metres < 1000 ? `${fixed(metres, 1)} m` : `${fixed(metres / 1000, 3)} km`);
/** "950 m²", "12,35 ha", or "3,42 km² (342 ha)". */
const areaWords = (area) => (area < 10_000 ? `${fixed(area, 0)} m²` : area < 1e6 ? `${fixed(area / 1e4, 2)} ha` : `${fixed(area / 1e6, 3)} km² (${fixed(area / 1e4, 1)} ha)`);
const degreeWords = ({ lat, lng }) => [lat, lng].map((value) => fixed(value, 6)).join(lang() === "vi" ? "; " : ", ");
const gridWords = (place) => {
  const { east, north } = vn2000(place);
  return t("gridWords", { north: fixed(north, 2), east: fixed(east, 2) });
};

/** Do two sides of the ring cross? Then it has no area that means anything. */
export function crosses(ring) {
  const turn = (a, b, c) => Math.sign((b.lng - a.lng) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lng - a.lng));
  const sides = ring.map((from, i) => [from, ring[(i + 1) % ring.length]]);
  return sides.some(([a, b], i) => sides.some(([c, d], j) => j > i + 1 && !(i === 0 && j === sides.length - 1)
    && turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0));
}

/** The card of the tool, in `body`. */
export function createMeasure(body, { map, kind: first = "distance" }) {
  let kind = first;
  let corners = [];
  let done = false;
  let letGo = null;
  const sketch = createSketch(map.leaflet, map.openPart);
  const result = el("p", { class: "tool-result", role: "status" });
  const list = el("ol", { class: "tool-corners" });
  const wrong = el("p", { class: "wrong", id: "measure-wrong", role: "alert", hidden: true });
  const said = el("span", { class: "quiet", role: "status" });
  const field = el("input", { class: "tool-field", autocomplete: "off", spellcheck: "false", "aria-describedby": "measure-wrong measure-help" });

  const open = () => kind === "distance" ? corners.length < 2 : corners.length < 3;

  function add(place) {
    if (done) return;
    corners = [...corners, { lat: place.lat, lng: place.lng }];
    draw();
  }

  function typed(event) {
    event.preventDefault();
    const place = parsePlace(field.value);
    wrong.hidden = Boolean(place);
    wrong.textContent = place ? "" : t("placeWrong");
    if (!place) return field.focus();
    field.value = "";
    done = false;
    add(place);
    map.reveal([place.lng, place.lat]);
    return grip();
  }

  function grip() {
    letGo?.();
    letGo = done ? null : hold(map.leaflet, { onPress: add });
    document.body.classList.toggle("is-aiming", !done);
  }

  function finish(next) {
    done = next;
    grip();
    draw();
  }

  function words() {
    if (open()) return corners.length ? t("measureMore") : t("measureBegin");
    if (kind === "distance") return lengthWords(sides().reduce((sum, length) => sum + length, 0));
    const { area, perimeter } = ringMeasure(corners);
    return `${areaWords(area)} · ${t("perimeter")} ${lengthWords(perimeter)}`;
  }

  const sides = () => corners.slice(1).map((corner, i) => distance(corners[i], corner));

  const text = () => [`${t(kind === "distance" ? "measureDistance" : "measureArea")}: ${words()}`,
    ...corners.map((corner, i) => `${i + 1}\t${degreeWords(corner)}\tVN-2000 105°45': ${gridWords(corner)}${kind === "distance" && i ? `\t+${lengthWords(sides()[i - 1])}` : ""}`)].join("\n");

  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
      said.textContent = t("copied");
    } catch {
      said.textContent = t("copyFailed");
    }
  }

  const button = (name, words, act, off = false, more = "") => el("button", { type: "button", class: `action ${more}`, "data-do": name, disabled: off, onclick: act }, el("span", {}, words));
  const ways = el("div", { class: "tool-ways" });

  function draw() {
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset : {};
    const closed = kind === "area";
    const ring = closed && corners.length > 2 ? [...corners, corners[0]] : corners;
    sketch.draw({ closed, corners, lines: ring.slice(1).map((corner, i) => way(ring[i], corner)) });
    result.textContent = words();
    result.classList.toggle("is-open", open());
    said.textContent = closed && corners.length > 3 && crosses(corners) ? t("measureCrosses") : "";
    const lengths = sides();
    list.replaceChildren(...corners.map((corner, i) => el("li", {}, el("span", { class: "tool-number", "aria-hidden": "true" }, String(i + 1)),
      el("span", { class: "tool-place" }, el("span", {}, degreeWords(corner)), el("span", { class: "quiet" }, `VN-2000: ${gridWords(corner)}`), i > 0 && el("span", { class: "quiet" }, `+ ${lengthWords(lengths[i - 1])}`)),
      el("button", { type: "button", class: "icon-button", "data-corner": i, "aria-label": t("cornerTake", { n: i + 1 }), title: t("cornerTake", { n: i + 1 }), onclick: () => { corners = corners.filter((_, j) => j !== i); draw(); } }, glyph("cross")))));
    ways.replaceChildren(button("add", t("cornerAdd"), () => add(sketch.centre()), done), button("undo", t("undo"), () => { corners = corners.slice(0, -1); draw(); }, !corners.length),
      done ? button("again", t("measureAgain"), () => { corners = []; finish(false); }) : button("finish", t("measureDone"), () => finish(true), open(), "is-main"), button("copy", t("measureCopy"), copy, open()));
    const next = focused.do && (ways.querySelector(`[data-do="${focused.do}"]:not(:disabled)`) ?? ways.querySelector("button:not(:disabled)"));
    if (next) next.focus();
    else if (focused.corner !== undefined) (list.querySelectorAll("button")[Math.min(focused.corner, corners.length - 1)] ?? ways.querySelector("button")).focus();
  }

  function choice(name) {
    return el("button", { type: "button", class: "near-step", "aria-pressed": String(kind === name), onclick: (event) => {
      kind = name;
      for (const one of event.currentTarget.parentElement.children) one.setAttribute("aria-pressed", String(one === event.currentTarget));
      draw();
    } }, t(name === "distance" ? "measureDistance" : "measureArea"));
  }

  function say() {
    field.setAttribute("aria-label", t("placeField"));
    field.placeholder = t("placeHint");
    body.replaceChildren(el("div", { class: "near-choice", role: "group", "aria-label": t("measureTool") }, choice("distance"), choice("area")), result, ways, said, list,
      el("form", { class: "tool-typed", novalidate: true, onsubmit: typed }, field, el("button", { type: "submit", class: "near-step" }, t("add"))), wrong,
      el("p", { class: "quiet tool-help", id: "measure-help" }, t("measureHelp")));
    draw();
  }

  say();
  grip();
  sketch.aim();
  return {
    say,
    remove() {
      letGo?.();
      sketch.remove();
      document.body.classList.remove("is-aiming");
    },
  };
}
