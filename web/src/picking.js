/** Selecting on the map: by press, box, free outline or radius; each has a way without a drag, and so has all that is listed. */

import { rows } from "./api.js";
import { el } from "./dom.js";
import { distance, parsePlace } from "./geodesy.js";
import { number, own, t } from "./i18n.js";
import { hold } from "./map/grip.js";
import { createSketch } from "./map/sketch.js";
import { errorWords } from "./notices.js";
import { inRing } from "./place.js";
import { MOST_SELECTED } from "./state.js";

/** Metres of a degree of latitude, rather too few than too many: a box must not cut its circle. */
const DEGREE_M = 110_500;
const KINDS = ["press", "box", "lasso", "radius"];

/** Rows asked for at once of a map of tiles, and windows of them at most. */
const [WINDOW, MOST_WINDOWS] = [200, 10];

/** `features()` are those on the map, `crowd()` {filters, numberMatched} where tiles draw it, `opened()` the project that is open, or null; `point(feature)` where its sign stands. */
export function createPicking(body, { map, selection, features, crowd, opened, point }) {
  let kind = "press";
  let out = false;
  let letGo = null;
  const sketch = createSketch(map.leaflet, map.openPart);
  const form = el("div", { class: "tool-form" });
  const wrong = el("p", { class: "wrong", id: "pick-wrong", role: "alert", hidden: true });
  const told = el("p", { class: "tool-said", role: "status" });

  /** Take those whose sign stands where `inside` says so. */
  async function take(inside, around) {
    if (crowd()) return takeAsked({ bbox: boxOf(around) }, (row) => row.point && inside({ lng: row.point[0], lat: row.point[1] }));
    told.textContent = selection.change(features().filter((feature) => feature.geometry && inside(point(feature))).map(({ id }) => id), { out });
    return null;
  }

  /** The same of the server, where a page could not hold them all: as many as can be selected. */
  async function takeAsked(more, fits) {
    const { filters } = crowd();
    const found = [];
    try {
      for (let offset = 0, matched = 1; offset < Math.min(matched, MOST_WINDOWS * WINDOW) && found.length <= MOST_SELECTED; offset += WINDOW) {
        const answer = await rows({ ...filters, ...more, offset, window: WINDOW });
        matched = answer.numberMatched;
        found.push(...answer.rows.filter(fits).map(({ id }) => id));
      }
      told.textContent = selection.change(found, { out });
    } catch (error) {
      told.textContent = errorWords(error);
    }
  }

  const everything = () => (crowd() ? takeAsked({}, () => true) : (told.textContent = selection.change(features().map(({ id }) => id), { out })));

  const boxOf = (places) => ["lng", "lat"].flatMap((name) => [Math.min(...places.map((one) => one[name]))])
    .concat(["lng", "lat"].map((name) => Math.max(...places.map((one) => one[name])))).join(",");

  const between = (a, b) => ({ lat, lng }) => lat >= Math.min(a.lat, b.lat) && lat <= Math.max(a.lat, b.lat) && lng >= Math.min(a.lng, b.lng) && lng <= Math.max(a.lng, b.lng);
  const corners = (a, b) => [a, { lat: a.lat, lng: b.lng }, b, { lat: b.lat, lng: a.lng }];

  function box(a, b) {
    sketch.draw({ lines: [corners(a, b)], closed: true });
    take(between(a, b), [a, b]);
  }

  function circle(at, metres) {
    sketch.circle(at, metres);
    const [down, across] = [metres / DEGREE_M, metres / DEGREE_M / Math.cos((at.lat * Math.PI) / 180)];
    take((place) => distance(at, place) <= metres, [{ lat: at.lat - down, lng: at.lng - across }, { lat: at.lat + down, lng: at.lng + across }]);
  }

  const strokes = {
    box: { onMove: (path) => sketch.draw({ lines: [corners(path[0], path.at(-1))], closed: true }), onEnd: (path) => box(path[0], path.at(-1)) },
    lasso: { onMove: (path) => sketch.draw({ lines: [path], closed: true }), onEnd: (path) => {
      sketch.draw({ lines: [path], closed: true });
      const ring = [...path, path[0]].map((corner) => [corner.lng, corner.lat]);
      take(({ lat, lng }) => inRing(ring, lng, lat), path);
    } },
    radius: { onMove: (path) => sketch.circle(path[0], distance(path[0], path.at(-1))), onEnd: (path) => circle(path[0], distance(path[0], path.at(-1))) },
  };

  function grip() {
    letGo?.();
    letGo = strokes[kind] ? hold(map.leaflet, { stroke: strokes[kind] }) : null;
    document.body.classList.toggle("is-aiming", kind === "radius");
    sketch.draw({});
    sketch.aim();
  }

  function complain(field, words) {
    wrong.hidden = !words;
    wrong.textContent = words;
    if (words) field.focus();
    return Boolean(words);
  }

  const input = (label, hint, more = {}) => el("input", { class: "tool-field", autocomplete: "off", spellcheck: "false", "aria-label": label, placeholder: hint, "aria-describedby": "pick-wrong", ...more });
  const submit = () => el("button", { type: "submit", class: "near-step" }, t(out ? "take" : "add"));

  function boxForm() {
    const fields = [input(t("corner1"), t("corner1")), input(t("corner2"), t("corner2"))];
    return el("form", { class: "tool-typed", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      const places = fields.map((field) => parsePlace(field.value));
      const bad = fields[places.indexOf(null)];
      if (!complain(bad, bad ? t("placeWrong") : "")) box(...places);
    } }, fields, submit());
  }

  function radiusForm() {
    const project = opened();
    const centre = el("select", { class: "select", "aria-label": t("radiusCentre") }, project?.geometry && el("option", { value: "project" }, own(project.properties, "name")),
      el("option", { value: "map" }, t("radiusMap")), el("option", { value: "typed" }, t("radiusTyped")));
    const place = input(t("radiusTyped"), t("placeHint"), { hidden: true });
    const km = input(t("radiusKm"), "3", { inputmode: "decimal", value: "3", maxlength: 6 });
    centre.addEventListener("change", () => { place.hidden = centre.value !== "typed"; });
    return el("form", { class: "tool-typed", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      const metres = Number(km.value.trim().replace(",", ".")) * 1000;
      const at = centre.value === "typed" ? parsePlace(place.value) : centre.value === "map" ? sketch.centre() : point(project);
      if (complain(place, at ? "" : t("placeWrong")) || complain(km, metres > 0 && metres <= 100_000 ? "" : t("radiusWrong"))) return;
      circle(at, metres);
    } }, centre, place, el("label", { class: "tool-km" }, km, "km"), submit());
  }

  function draw() {
    const n = crowd()?.numberMatched ?? features().length;
    wrong.hidden = true;
    form.replaceChildren(el("p", { class: "tool-help" }, t(`pick-${kind}`)), kind === "box" ? boxForm() : kind === "radius" ? radiusForm() : "",
      el("button", { type: "button", class: "action", "data-do": "all", onclick: everything }, el("span", {}, t(out ? "takeAll" : "pickAll", { n: number(n) }))));
  }

  function choice(name) {
    return el("button", { type: "button", class: "near-step", "aria-pressed": String(kind === name), onclick: (event) => {
      kind = name;
      for (const one of event.currentTarget.parentElement.children) one.setAttribute("aria-pressed", String(one === event.currentTarget));
      told.textContent = "";
      grip();
      draw();
    } }, t(`kind-${name}`));
  }

  function say() {
    const check = el("input", { type: "checkbox", onchange: () => { out = check.checked; draw(); } });
    check.checked = out;
    body.replaceChildren(el("div", { class: "near-choice", role: "group", "aria-label": t("selectTool") }, KINDS.map(choice)), form, wrong, told, el("label", { class: "near-check" }, check, t("takeInstead")));
    draw();
  }

  say();
  grip();
  return {
    say,
    /** Whether a plain press on a sign selects it. */
    takes: () => kind === "press",
    remove() {
      letGo?.();
      sketch.remove();
      document.body.classList.remove("is-aiming");
    },
  };
}
