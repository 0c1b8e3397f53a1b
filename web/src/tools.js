/** The tools of the map: each has a button at its edge and a card beside it, one open at a time. */

import { el, glyph } from "./dom.js";
import { t } from "./i18n.js";

/** `make(body, close)` of each tool gives {remove(), say()}, when it has been fetched. `onColumn()`: a card came or went. */
export function createTools({ map, onColumn }) {
  const body = el("div", { class: "tool-body" });
  const title = el("h2", { class: "tool-title", tabindex: "-1" });
  const card = el("section", { class: "tool-card", hidden: true }, el("header", { class: "tool-head" }, title,
    el("button", { type: "button", class: "icon-button", "data-t-label": "close", "aria-label": t("close"), onclick: () => close() }, glyph("cross"))), body);
  document.body.append(card);
  let open = null;

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open || document.querySelector("dialog[open]") || event.defaultPrevented) return;
    event.preventDefault();
    close();
  }, true);

  function shown(on) {
    card.hidden = !on;
    document.body.classList.toggle("has-tool", on);
  }

  function say() {
    title.textContent = t(open.label);
    card.setAttribute("aria-label", t(open.label));
  }

  function close() {
    if (!open) return;
    const { part, tool } = open;
    part?.remove();
    open = null;
    shown(false);
    body.replaceChildren();
    tool.press(false);
    if (card.contains(document.activeElement) || document.activeElement === document.body) tool.button.focus();
    onColumn();
  }

  return {
    card,
    get open() { return open?.id ?? null; },
    close,

    /** The language changed: a card is made anew. */
    say() {
      if (!open) return;
      say();
      open.part?.say();
    },

    /** A tool by its id, the keys of its name and card, and what makes its card when it is first used. */
    add({ id, label, make, before }) {
      const tool = map.addTool({ id, label, pressed: false, onPress: async () => {
        const again = open?.id === id;
        close();
        if (again) return;
        before?.();
        const mine = { id, label, tool, part: null };
        open = mine;
        tool.press(true);
        shown(true);
        say();
        onColumn();
        title.focus({ preventScroll: true });
        const part = await make();
        if (open !== mine) return;
        mine.part = part(body);
        onColumn();
      } });
    },
  };
}
