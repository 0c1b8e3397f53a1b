/** Numbers by unit: which generation, what the tints mean, and every number as a list that can be read and pressed. */

import { el, glyph } from "./dom.js";
import { number, t } from "./i18n.js";
import { COLLECTIONS } from "./units.js";

const CLASSES = 4;
/** From none to most, as tokens.css has them: the figures on all but the last have one colour, those on the last another. */
export const TINTS = [0, 1, 2, 3, 4].map((step) => `var(--tint-${step})`);

/**
 * Where the classes begin, of which there are at most four above zero: each holds about as many units, and none is empty.
 * [1, 3, 8, 20] means 1–2, 3–7, 8–19, 20 and more.
 */
export function breaks(numbers) {
  const sorted = numbers.filter((n) => n > 0).sort((a, b) => a - b);
  const found = Array.from({ length: CLASSES }, (_, i) => sorted[Math.floor((i * sorted.length) / CLASSES)]);
  return [...new Set([sorted.length ? sorted[0] : 1, ...found.filter((n) => n !== undefined)])];
}

/** The class of a number: 0 none, 1 the least, up to the last. The tints of few classes are spread over the whole scale. */
export const classOf = (n, from) => (n ? from.filter((begin) => n >= begin).length : 0);
export const tintOf = (step, from) => TINTS[step ? Math.round((step / from.length) * (TINTS.length - 1)) : 0];

/** What the tints mean, for classes that begin at `from`. */
export function shadeLegend(from) {
  const range = (begin, i) => (i === from.length - 1 ? t("shadeFrom", { n: number(begin) })
    : from[i + 1] - 1 === begin ? number(begin) : `${number(begin)} – ${number(from[i + 1] - 1)}`);
  const step = (words, i) => {
    const swatch = el("span", { class: "shade-swatch" });
    swatch.style.backgroundColor = tintOf(i, from);
    return el("li", {}, swatch, words);
  };
  return el("ul", { class: "shade-legend" }, step("0", 0), from.map((begin, i) => step(range(begin, i), i + 1)));
}

/** `onGeneration(name)`, `onPick(unit id)`, `onUnassigned(name)`, `onClose()`: what the reader does. */
export function createShade(root, { onGeneration, onPick, onUnassigned, onClose, onRetry }) {
  const select = el("select", { class: "select", id: "shade-generation", onchange: () => onGeneration(select.value) });
  const [head, body] = [el("div", { class: "shade-head" }), el("div", { class: "shade-body" })];
  root.replaceChildren(head, select, body);

  function top(generation) {
    head.replaceChildren(el("label", { for: "shade-generation" }, t("shadeTitle")),
      el("button", { type: "button", class: "icon-button", "aria-label": t("shadeClose"), title: t("shadeClose"), onclick: onClose }, glyph("cross")));
    select.replaceChildren(...COLLECTIONS.map((name) => el("option", { value: name, selected: name === generation }, t(name))));
  }

  return {
    wait(generation) {
      root.hidden = false;
      root.setAttribute("aria-busy", "true");
      top(generation);
    },

    /** Show the answer of `/api/counts/units`. */
    draw(generation, { units, unassigned, numberMatched }, from) {
      root.hidden = false;
      root.removeAttribute("aria-busy");
      top(generation);
      const open = body.querySelector("details")?.open ?? false;
      const rows = units.filter(({ numberMatched: n }) => n).sort((a, b) => b.numberMatched - a.numberMatched);
      body.replaceChildren(shadeLegend(from),
        el("p", { class: "quiet shade-note" }, t("shadeNote", { n: number(numberMatched) })),
        unassigned ? el("button", { type: "button", class: "link shade-unassigned", onclick: () => onUnassigned(generation) }, t("shadeUnassigned", { n: number(unassigned) }))
          : el("p", { class: "quiet shade-note" }, t("shadeAssigned")),
        el("details", { open }, el("summary", {}, el("span", {}, t("shadeList", { n: number(rows.length) })), glyph("chevron", "chevron")),
          el("ol", { class: "shade-list" }, rows.map(({ id, full_name: name, numberMatched: n }) => el("li", {},
            el("button", { type: "button", class: "shade-row", onclick: () => onPick(id) }, el("span", { lang: "vi" }, name), el("span", {}, number(n))))))));
    },

    fail(words) {
      root.removeAttribute("aria-busy");
      body.replaceChildren(el("p", { class: "wrong", role: "alert" }, words), el("button", { type: "button", class: "link", onclick: onRetry }, t("retry")));
    },

    close() {
      root.hidden = true;
      body.replaceChildren();
    },
  };
}
