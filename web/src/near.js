/** What lies near a project: asked of the server, shown in its panel as a list and on the map as a ring with the hits lit. */

import * as api from "./api.js";
import { el, glyph } from "./dom.js";
import { dateWords } from "./edtf.js";
import { lang, number, own, t } from "./i18n.js";
import { errorWords } from "./notices.js";
import { standingSign } from "./sign.js";

const UNSURE = ["approximate", "commune"];

/** "1,2 km" or "340 m". */
const distanceWords = (metres) => (metres >= 1000 ? `${number(Math.round(metres / 10) / 100)} km` : `${number(Math.round(metres))} m`);

/** "về phía đông bắc": the eighth of the compass into which an azimuth falls. */
const wayWords = (azimuth) => t("toward", { way: t("compass").split(",")[Math.round(azimuth / 45) % 8] });

/** A day as it may be told: the first of January of a year stands for the year, the first of a month for the month. */
const dayWords = (day) => dateWords(day.endsWith("-01-01") ? day.slice(0, 4) : day.endsWith("-01") ? day.slice(0, 7) : day, lang());

export function createNear({ state, catalog, clocks, marks, map, layers, selection }) {
  let asking = new AbortController();
  let onlySame = false;
  let last = null;

  const boxOf = (id) => document.querySelector(`[data-near="${CSS.escape(id)}"]`);

  /** The days looked at end with the day shown. */
  const asked = () => {
    const { isToday, day, asked: told } = clocks();
    return { ...told, ...(isToday ? {} : { datetime: `../${day}` }) };
  };

  async function show(id, km) {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    press(id, km);
    const box = boxOf(id)?.querySelector(".near-results");
    box?.replaceChildren(el("p", { class: "quiet", role: "status" }, t("nearWait")));
    try {
      const clock = asked();
      const [answer, feature] = await Promise.all([api.near(id, Math.round(km * 1000), clock, signal), api.project(id, clocks().asked, signal)]);
      const isNew = last?.key !== `${id},${km}`;
      last = { key: `${id},${km}`, answer, feature, km };
      draw();
      if (isNew && feature.geometry) map.fit(marks.near(feature, answer.within, rows()));
      if (isNew) boxOf(id)?.scrollIntoView({ block: "start" });
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof api.ApiError)) throw error;
      boxOf(id)?.querySelector(".near-results")?.replaceChildren(el("p", { class: "wrong", role: "alert" }, `${t("nearFailed")} ${errorWords(error, id)}`),
        el("button", { type: "button", class: "link", onclick: () => show(id, km) }, t("retry")));
    }
  }

  function press(id, km) {
    for (const button of boxOf(id)?.querySelectorAll("[data-km]") ?? []) button.setAttribute("aria-pressed", String(button.dataset.km === String(km)));
  }

  const rows = () => last.answer.near.filter(({ together }) => !onlySame || together === "yes");

  function draw() {
    const { answer, feature, km } = last;
    const box = boxOf(feature.id)?.querySelector(".near-results");
    const shown = rows();
    if (feature.geometry) marks.near(feature, answer.within, shown);
    if (!box) return;
    const same = answer.near.filter(({ together }) => together === "yes").length;
    const unsure = [answer, ...answer.near].some(({ location_accuracy: accuracy }) => UNSURE.includes(accuracy));
    const all = answer.numberMatched;
    const words = { km: number(Number(km)), n: number(all), same: number(same) };
    const check = el("input", { type: "checkbox", checked: onlySame, onchange: (event) => { onlySame = event.target.checked; draw(); box.querySelector("input")?.focus(); } });
    check.checked = onlySame;
    box.replaceChildren(...[
      el("p", { class: "near-head", role: "status" }, all ? t("nearFound", words) : t("nearNone", words)),
      el("p", { class: "near-ways" }, all > 0 && el("label", { class: "near-check" }, check, t("nearOnlySame")),
        shown.length > 0 && el("button", { type: "button", class: "link", onclick: () => selection.change([feature.id, ...shown.map(({ id }) => id)]) }, t("nearSelect", { n: number(shown.length + 1) })),
        el("button", { type: "button", class: "link near-close", onclick: () => { state.set({ near: "" }); boxOf(feature.id)?.querySelector("[data-km]")?.focus(); } }, t("nearClose"))),
      shown.length > 0 && el("ul", { class: "near-list" }, shown.map(row)),
      answer.numberReturned < all && el("p", { class: "quiet" }, t("nearMore", { n: number(answer.numberReturned), all: number(all) })),
      unsure && all > 0 && el("p", { class: "quiet" }, t("nearApproximate")),
      answer.unlocated > 0 && el("p", { class: "quiet" }, t("nearUnlocated", { n: number(answer.unlocated) })),
      el("p", { class: "quiet" }, t("nearMeaning"))].filter(Boolean));
  }

  function row(one) {
    const unsure = UNSURE.includes(one.location_accuracy) || UNSURE.includes(last.answer.location_accuracy);
    const distance = one.distance_m ? `${unsure ? "≈ " : ""}${distanceWords(one.distance_m)} ${wayWords(one.azimuth_deg)}` : t("touches");
    const outlined = catalog.conditionSymbol(one.condition);
    return el("li", {}, el("button", { type: "button", class: "near-row", "data-id": one.id, onclick: () => state.set({ id: one.id }) },
      standingSign(one, catalog, clocks().day),
      el("span", { class: "row-text" }, el("span", { class: "row-name" }, own(one, "name")),
        el("span", { class: "row-more" }, `${distance} · ${catalog.statusLabel(one.status)}`, outlined && ` · ${catalog.conditionLabel(one.condition)}`),
        el("span", { class: `near-time is-${one.together}` }, one.together === "yes" && glyph("clock"), timeWords(one)))));
  }

  /** The last unbroken run of days on which both were on the ground. */
  function timeWords({ together, spans }) {
    if (together !== "yes") return t(together === "no" ? "sameNo" : "sameUnknown");
    const next = (day) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
    let { from, to } = spans.at(-1);
    for (const span of spans.slice(0, -1).reverse()) {
      if (next(span.to) !== from) break;
      from = span.from;
    }
    const doubt = spans.some(({ inferred }) => inferred) ? ` (${t("unverified")})` : "";
    if (to !== last.answer.to) return t("sameFrom", { from: dayWords(from), to: dateWords(to, lang()) }) + doubt;
    return t(clocks().isToday ? "sameSince" : "sameSinceUntil", { from: dayWords(from) }) + doubt;
  }

  return {
    show,
    clear() {
      asking.abort();
      if (last) boxOf(last.feature.id)?.querySelector(".near-results")?.replaceChildren();
      if (last) press(last.feature.id, "");
      last = null;
      marks.clearNear();
    },
  };
}
