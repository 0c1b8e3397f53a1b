/** The first five minutes: what is where, in five cards beside what they speak of. Once dismissed it does not come again. */

import { announce } from "./announce.js";
import { page } from "./addresses.js";
import { el, glyph } from "./dom.js";
import { t } from "./i18n.js";

const STEPS = [[".search", "tourFind"], [".legend", "tourStatus"], ["#map", "tourMap"], ["#time", "tourTime"], [".map-button.help", "tourHelp"]];
const GAP = 12;
let card = null;

/** Begin at the first card. `onEnd()` when the reader is through, or has enough. */
export function startTour({ onEnd }) {
  card?.remove();
  let at = 0;
  let watch = new MutationObserver(() => {});
  const from = document.activeElement;
  const [head, words, count] = [el("h2", { id: "tour-title", tabindex: "-1" }), el("p", {}), el("p", { class: "tour-count" })];
  const back = el("button", { type: "button", class: "button plain", onclick: () => show(at - 1) }, t("tourBack"));
  const next = el("button", { type: "button", class: "button", onclick: () => (at === STEPS.length - 1 ? end() : show(at + 1)) });
  const guide = el("a", { href: page("/huong-dan") }, t("guide"));
  const mine = el("section", { class: "tour", role: "dialog", "aria-labelledby": "tour-title" },
    el("button", { type: "button", class: "icon-button tour-close", "aria-label": t("tourSkip"), onclick: end }, glyph("cross")),
    head, words, guide, el("div", { class: "tour-foot" }, count, back, next));
  card = mine;

  function show(step) {
    at = step;
    const [selector, key] = STEPS[at];
    head.textContent = t(key);
    words.textContent = t(`${key}Text`);
    count.textContent = `${at + 1} / ${STEPS.length}`;
    back.hidden = at === 0;
    guide.hidden = at < STEPS.length - 1 || !guide.href;
    next.textContent = t(at === STEPS.length - 1 ? "done" : "tourNext");
    for (const old of document.querySelectorAll(".tour-spot")) old.classList.remove("tour-spot");
    const target = document.querySelector(selector);
    target?.classList.add("tour-spot");
    watch.disconnect();
    watch = new MutationObserver(() => place(target));
    if (target) watch.observe(target, { attributeFilter: ["class"] });
    place(target);
    announce(`${head.textContent}. ${words.textContent}`);
  }

  /** Beside what it speaks of and what that has opened where there is room, else in the middle; on a phone at the head, clear of the sheet, and gone while something is open. */
  function place(target) {
    const box = target?.getBoundingClientRect();
    const opened = target?.querySelector(".find:not([hidden])")?.getBoundingClientRect();
    mine.hidden = Boolean(opened) && innerWidth < 761;
    const { offsetWidth: width, offsetHeight: height } = mine;
    if (!box?.width || innerWidth < 761) return mine.removeAttribute("style");
    const right = Math.max(box.right, opened?.right ?? 0) + GAP;
    const left = right + width < innerWidth ? right : box.left - GAP - width;
    const inside = left < GAP || box.width > innerWidth / 2;
    mine.style.left = `${inside ? (innerWidth - width) / 2 : left}px`;
    mine.style.top = `${Math.max(GAP, Math.min(inside ? (innerHeight - height) / 2 : box.top, innerHeight - height - GAP))}px`;
    return null;
  }

  function end() {
    watch.disconnect();
    document.removeEventListener("keydown", leave, true);
    for (const old of document.querySelectorAll(".tour-spot")) old.classList.remove("tour-spot");
    if (mine.contains(document.activeElement)) from?.focus?.();
    mine.remove();
    card = null;
    onEnd();
  }

  function leave(event) {
    if (event.key !== "Escape" || document.querySelector("dialog[open], .find:not([hidden])")) return;
    event.preventDefault();
    event.stopPropagation();
    end();
  }

  document.body.append(mine);
  document.addEventListener("keydown", leave, true);
  show(0);
  head.focus({ preventScroll: true });
}
