/** The map on paper: what its address says, drawn on sheets of true size, and kept in step with the choices beside them. */

import * as api from "./api.js";
import { begin } from "./begin.js";
import { readClocks, typed } from "./days.js";
import { el } from "./dom.js";
import { dateWords } from "./edtf.js";
import { askExtras, ringWords } from "./extras.js";
import { lang, number, speak, t, translate } from "./i18n.js";
import { drawInset } from "./inset.js";
import { createPaperMap } from "./map/paper-map.js";
import { errorWords } from "./notices.js";
import { collectionOf } from "./outlines.js";
import { drawPaperLegend } from "./paper-legend.js";
import { layTable, order } from "./paper-table.js";
import { dayWords, filterWords } from "./said.js";
import { shadeLegend } from "./shade.js";
import { squares } from "./share.js";
import { filtersOf, format, isFiltered, parse } from "./state.js";
import { hatchedUnits } from "./style.js";
import { FIELD_OF } from "./units.js";

const $ = (selector) => document.querySelector(selector);
const MOST = 2000;
/** Old Hải Phòng with its islands, when nothing tells what to show. */
const CITY = [106.4, 20.52, 107.12, 21.02];
const BAR_MM = 44;
/** As wide as the frame will be about on a screen, when it is opened there again. */
const SCREEN_PX = 900;
const MM_PX = 96 / 25.4;
const CHOICES = ["paper", "turn", "scale", "rows"];

const shown = parse(location.search);
const given = new URLSearchParams(location.search);
const sheets = $(".sheets");
const size = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, size];

async function run({ catalog, base, units, outlines }) {
  const clocks = readClocks(shown);
  const filters = { ...filtersOf(shown), ...clocks.asked };
  const { numberMatched } = await api.counts(filters);
  if (numberMatched > MOST) return say(t("paperMany", { n: number(numberMatched), most: number(MOST) }));
  const whole = (under) => api.projects(under, undefined, ["status_source", "status_disputed", ...Object.values(FIELD_OF)]);
  const [{ features }, towns, extras, farLand] = await Promise.all([whole(filters), api.units("communes-2024"), askExtras(shown, clocks, filters), api.basemap("far-land").catch(() => null), document.fonts.ready]);
  const left = shown.select.filter((id) => !features.some((feature) => feature.id === id));
  if (left.length) features.push(...(await whole({ ids: left.join(","), ...clocks.asked })).features);
  units.add("communes-2024", towns);
  base.farLand = farLand;
  const communes = new Map();
  const chosenUnits = shown.district.flatMap((value) => units.find(value));
  const ground = units.on(clocks.day);
  const drawn = [ground, ...chosenUnits.map(collectionOf), ...(ground === "districts-2024" ? ["communes-2024"] : []), ...(extras.shade ? [extras.shade.name] : [])];
  await Promise.all([outlines.hatches(features.flatMap(hatchedUnits), communes), ...[...new Set(drawn)].filter((name) => base[name]).map((name) => outlines.need(name))]);
  const fields = units.fields(shown.district, clocks.day);
  const unitsOf = (p) => (fields.map((name) => p[name]).find((names) => names?.length) ?? []).join(", ");

  drawInset($("#inset"), base.archipelagos);
  sayWhat(catalog, units, clocks, features, extras);
  const map = createPaperMap($("#map"), { base, catalog, communes, furniture, onRest: () => { frame = map.bounds; draw(); } });
  map.showUnits(ground);
  const [area, open] = territory(units);
  map.ground.territory(area, open);
  document.body.classList.toggle("is-shaded", Boolean(extras.shade));
  const rings = { changed: extras.before, selected: extras.selected };
  const notes = ({ id }) => ({ name: extras.selected.has(id) && t("paperSelectedRow"), status: extras.before.get(id) });
  let frame = readFrame(given.get("frame")) ?? (isFiltered(shown) ? extentOf(area) ?? extentOf(features) : null) ?? CITY;
  const link = linkBack(frame);

  function lay() {
    const { paper, turn, scale } = chosen();
    sheets.dataset.paper = paper;
    sheets.dataset.turn = turn;
    size.replaceSync(`@page { size: ${paper.toUpperCase()} ${turn}; margin: 0; }`);
    const wanted = frame;
    for (let [pass, room] = [0, ""]; pass < 3 && room !== roomOf(); pass += 1) { // the legend tells what is on the map, and takes of its room
      room = roomOf();
      map.frame(wanted, scale === "fit" ? null : Number(scale));
      draw();
    }
  }

  /** The inset takes the corner in which it hides least; the others make room for it. */
  function placeInset() {
    const { offsetWidth: width, offsetHeight: height } = $(".sheet-frame .inset");
    const { clientWidth: right, clientHeight: bottom } = $(".sheet-frame");
    const boxes = { "bottom-right": [right - width, bottom - height], "top-right": [right - width, 0], "top-left": [0, 0], "bottom-left": [0, bottom - height] };
    const hidden = ([left, top]) => map.covered(features, { left: left - 12, top: top - 12, right: left + width + 12, bottom: top + height + 12 });
    $(".sheet-frame").dataset.inset = Object.entries(boxes).reduce((best, [corner, at]) => (hidden(at) < best.n ? { corner, n: hidden(at) } : best), { n: Infinity }).corner;
  }

  /** Everything that depends on what the frame holds: numbers, legend, scale, table, address. */
  function draw() {
    drawScale(map.scale);
    placeInset();
    const ordered = map.draw(features, rings);
    if (extras.shade) map.tint(base[extras.shade.name].features, extras.shade.counts, extras.shade.from);
    const inFrame = new Set(ordered);
    const rest = features.filter((feature) => !inFrame.has(feature)).sort((a, b) => order(a, b, catalog));
    const nowhere = rest.filter(({ geometry }) => !geometry);
    const outside = rest.filter(({ geometry }) => geometry);
    if (extras.shade) $(".sheet-legend").replaceChildren(el("section", { class: "key-status" }, el("h3", {}, t("shadeTitle")), shadeLegend(extras.shade.from)), link);
    else drawPaperLegend($(".sheet-legend"), { catalog, shown: ordered, full: map.isFull, link, rings: ringWords(extras) });
    drawTables([{ title: t("paperOn"), features: ordered },
      ...(chosen().rows === "all" ? [{ title: t("paperOutside"), features: outside }, { title: t("unlocated"), features: nowhere }] : [])]);
    say(t("paperSays", { sheets: sheets.children.length, shown: number(ordered.length), all: number(features.length), nowhere: number(nowhere.length) }));
    history.replaceState(null, "", address());
    document.body.classList.add("is-ready");
    $("#go").disabled = false;
  }

  function drawTables(parts) {
    for (const old of sheets.querySelectorAll(".sheet-table")) old.remove();
    sheets.style.setProperty("--preview", 1); // rows are measured as they will be printed
    if (chosen().rows !== "none") layTable(parts, { catalog, unitsOf, notes, frame: (table) => sheets.append(tableSheet(table)) });
    if (extras.shade) sheets.append(tableSheet(unitList(extras.shade)));
    [...sheets.children].forEach((sheet, i, all) => {
      const which = t("paperPage", { n: i + 1, all: all.length });
      sheet.querySelector(".sheet-number").textContent = which;
      if (i) sheet.setAttribute("aria-label", `${t("paperTable")}, ${which}`);
    });
    fitPreview();
  }

  function address() {
    const wanted = CHOICES.map((name) => [name, chosen()[name]]).filter(([name, value]) => value !== document.getElementById(name).options[0].value);
    const query = format({ ...shown, id: null });
    const own = new URLSearchParams([...wanted, ...($("#title").value === $("#title").defaultValue && !given.has("title") ? [] : [["title", $("#title").value]])]).toString();
    return `/in${query}${query ? "&" : "?"}frame=${frame.map((degrees) => degrees.toFixed(4)).join(",")}${own && `&${own}`}`;
  }

  for (const name of CHOICES) document.getElementById(name).addEventListener("change", name === "rows" ? draw : lay);
  for (const [id, factor] of [["nearer", 1.25], ["farther", 0.8]]) {
    document.getElementById(id).addEventListener("click", () => {
      $("#scale").value = "fit";
      map.zoomBy(factor);
      frame = map.bounds;
      draw();
    });
  }
  $("#whole").addEventListener("click", () => { $("#scale").value = "fit"; frame = extentOf(features) ?? CITY; lay(); });
  $("#title").addEventListener("input", () => { sayTitle(); history.replaceState(null, "", address()); });
  $("#go").addEventListener("click", () => window.print());
  addEventListener("resize", fitPreview);
  lay();

  /** A sheet around a part of the table, with the head and the foot that every sheet has. */
  function tableSheet(table) {
    return el("section", { class: "sheet sheet-table" },
      el("header", { class: "sheet-head" }, el("div", {}, el("h2", { class: "sheet-title" }, $("#title").value), el("p", { class: "sheet-filters" }, $(".sheet-filters").textContent)),
        el("p", { class: "sheet-day" }, $(".sheet-day").textContent)),
      table, el("footer", { class: "sheet-foot" }, el("p", {}, $("#table-foot").textContent), el("p", { class: "sheet-number" })));
  }
}

/** The numbers by unit as a list, the most first: on the map the smallest units have no room for theirs. */
const unitList = ({ name, units: counted }) => el("div", { class: "sheet-units" }, el("h3", {}, `${t("shadeTitle")} · ${t(name)}`),
  el("ol", {}, counted.filter(({ numberMatched: n }) => n).sort((a, b) => b.numberMatched - a.numberMatched)
    .map(({ full_name: unit, numberMatched: n }) => el("li", {}, el("span", { lang: "vi" }, unit), el("b", {}, number(n))))));

const roomOf = () => `${$("#map").offsetWidth}x${$("#map").offsetHeight}`;

const chosen = () => Object.fromEntries(CHOICES.map((name) => [name, document.getElementById(name).value]));

function say(words) {
  $(".paper-says").textContent = words;
}

function sayTitle() {
  for (const title of document.querySelectorAll(".sheet-title")) title.textContent = $("#title").value;
}

/** Filters, day and news in words. */
function sayWhat(catalog, units, clocks, features, extras) {
  $(".sheet-filters").textContent = [filterWords(shown, catalog, units) || t("paperEvery"), extras.words].filter(Boolean).join(" · ");
  const alone = `/in${format({ ...shown, ids: shown.select, select: [], compare: "", shade: "", id: null })}`;
  $(".paper-alone").replaceChildren(...(shown.select.length ? [el("a", { href: alone }, t("printSelected"))] : []));
  $(".sheet-day").textContent = dayWords(clocks);
  const latest = features.reduce((last, { properties: { last_told: told } }) => (told && /^\d/.test(told) && told > last ? told : last), "");
  $(".foot-news").textContent = latest ? t("paperNews", { day: latest.length === 10 && lang() === "vi" ? typed(latest) : dateWords(latest, lang()) }) : "";
}

function territory(units) {
  const found = shown.district.map((value) => units.find(value).filter(({ geometry }) => geometry));
  return [found.flat(), found.map(([first]) => first).filter(Boolean)];
}

/** A bar of a round length near BAR_MM, and the scale in words: exact where it was chosen, else to three figures. */
function drawScale(scale) {
  const round = (metres) => [5, 2, 1].map((step) => step * 10 ** Math.floor(Math.log10(metres))).find((step) => step <= metres);
  const metres = round((BAR_MM / 1000) * scale);
  const words = (m) => (m >= 1000 ? `${number(m / 1000)} km` : `${number(m)} m`);
  const exact = $("#scale").value !== "fit";
  const figures = 10 ** (Math.floor(Math.log10(scale)) - 2);
  $(".scale-words").textContent = exact ? t("paperScale", { n: number(Number($("#scale").value)) }) : t("paperAbout", { n: number(Math.round(scale / figures) * figures) });
  $(".scale-steps").style.width = `${(metres / scale) * 1000 * MM_PX}px`;
  $(".scale-half").textContent = words(metres / 2);
  $(".scale-end").textContent = words(metres);
}

/** Boxes that lie on the map, in its pixels. */
function furniture() {
  return [...document.querySelectorAll(".north, .sheet-frame .inset, .scale-bar")].map(({ offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height }) =>
    ({ left: left - 4, top: top - 4, right: left + width + 4, bottom: top + height + 4 }));
}

function fitPreview() {
  const sheet = sheets.firstElementChild;
  const room = sheets.parentElement.clientWidth - (matchMedia("(min-width: 900px)").matches ? $(".paper-tools").offsetWidth + 64 : 24);
  sheets.style.setProperty("--preview", Math.min(1, room / sheet.offsetWidth).toFixed(4));
}

function readFrame(text) {
  const box = (text ?? "").split(",").map(Number);
  return box.length === 4 && box.every(Number.isFinite) && box[0] < box[2] && box[1] < box[3] ? box : null;
}

/** The box around all that has a place, with a margin. */
function extentOf(features) {
  const all = features.flatMap(({ geometry }) => (geometry ? geometry.coordinates.flat(Infinity) : []));
  if (!all.length) return null;
  const side = (from) => all.filter((_, i) => i % 2 === from).reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
  const [[west, east], [south, north]] = [side(0), side(1)];
  const margin = Math.max(0.01, (east - west) * 0.05, (north - south) * 0.05);
  return [west - margin, south - margin, east + margin, north + margin];
}

/** The short link back to the living map, with its code of squares; it comes when it comes, and the map does not wait for it. */
function linkBack([west, south, east, north]) {
  const node = el("figure", { class: "sheet-link" });
  const zoom = Math.min(16, Math.max(5, Math.log2((360 * SCREEN_PX) / (256 * (east - west)))));
  const query = format({ ...shown, id: null });
  const view = `map=${zoom.toFixed(2)}/${((south + north) / 2).toFixed(4)}/${((west + east) / 2).toFixed(4)}`;
  api.share(`${query}${query ? "&" : "?"}${view}`).then(({ url, qr }) => {
    node.replaceChildren(...[qr && squares(qr), el("figcaption", {}, el("span", {}, t("paperLink")), el("span", { class: "sheet-url" }, url.replace(/^https?:\/\//, "")))].filter(Boolean));
  }).catch(() => {});
  return node;
}

async function start() {
  speak(document.documentElement.lang);
  translate();
  $(".paper-back").href = `/${format(shown)}`;
  try {
    await run(await begin());
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    say(errorWords(error, shown.district.join(", ")));
  }
}

start();
