/** A choice out of a long list: a button that opens a box to type in, with the options in groups beneath. */

import { el, glyph, sprite } from "./dom.js";
import { fit, fold } from "./fold.js";
import { inVietnamese, t } from "./i18n.js";

/**
 * `root` holds a `.picker-button`. `options()` gives groups `[{title, options: [{id, label, hint?, icon?, find?}]}]`,
 * `onPick(ids)` receives the new choice. With `multiple` the box stays open and several can be held.
 */
export function createPicker(root, { name, multiple = false, hint, options, onPick }) {
  const button = root.querySelector(".picker-button");
  const listId = `${name}-options`;
  let chosen = [];
  let active = -1;

  const input = el("input", { type: "text", class: "picker-input", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-expanded": "true", "aria-controls": listId, "aria-autocomplete": "list", oninput: () => draw(), onkeydown: onKey });
  const list = el("div", { class: "picker-list", id: listId, role: "listbox", "aria-multiselectable": String(multiple) });
  const clear = el("button", { type: "button", class: "link", onclick: () => { pick([]); close(); } });
  const done = el("button", { type: "button", class: "link", onclick: () => close() });
  const box = el("div", { class: "picker-box", hidden: true },
    el("div", { class: "picker-search" }, glyph("search"), input), list, el("div", { class: "picker-foot" }, clear, done));
  root.append(box);
  button.setAttribute("aria-haspopup", "listbox");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => (box.hidden ? open() : close()));
  root.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !root.contains(event.relatedTarget)) close({ refocus: false });
  });
  document.addEventListener("pointerdown", (event) => !root.contains(event.target) && close({ refocus: false }));

  const rows = () => [...list.querySelectorAll('[role="option"]')];

  function open() {
    box.hidden = false;
    root.classList.add("open");
    button.setAttribute("aria-expanded", "true");
    input.value = "";
    input.placeholder = t(hint);
    input.setAttribute("aria-label", t(hint));
    list.setAttribute("aria-label", t(name));
    clear.textContent = t("clearChoice");
    done.textContent = t("done");
    draw();
    list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "center" });
    input.focus({ preventScroll: true });
  }

  function close({ refocus = true } = {}) {
    if (box.hidden) return;
    box.hidden = true;
    root.classList.remove("open");
    button.setAttribute("aria-expanded", "false");
    if (refocus) button.focus();
  }

  /** The options that fit what was typed, best first inside their group; groups without one vanish. */
  function fitting(query) {
    return options().map(({ title, options: all }) => {
      const scored = all.map((option) => [query ? fit(query, option.find ?? fold(option.label)) : 0, option]);
      return { title, options: scored.filter(([score]) => score !== null).sort(([a], [b]) => a - b).map(([, o]) => o) };
    }).filter((group) => group.options.length);
  }

  function draw() {
    const groups = fitting(fold(input.value));
    list.replaceChildren(...groups.map((group, g) => el("div", { role: "group", "aria-labelledby": `${listId}-${g}` },
      el("div", { class: "picker-group", id: `${listId}-${g}` }, group.title), group.options.map(row))));
    if (!groups.length) list.append(el("p", { class: "picker-none" }, t("noOption", { q: input.value })));
    list.scrollTop = 0;
    clear.hidden = !chosen.length;
    move(input.value && groups.length ? 0 : -1);
  }

  function row(option) {
    const selected = chosen.includes(option.id);
    return el("div", { role: "option", class: "option", id: `${listId}-${option.id}`, "aria-selected": String(selected),
      onmousedown: (event) => event.preventDefault(), onclick: () => toggle(option.id) },
    option.icon && sprite(option.icon, "layer-icon"), el("span", { class: "option-label" }, option.label),
    option.hint && el("span", { class: "option-hint" }, option.hint), glyph("check", "option-check"));
  }

  function move(to) {
    const all = rows();
    all[active]?.classList.remove("active");
    active = all.length ? Math.max(-1, Math.min(to, all.length - 1)) : -1;
    const now = all[active];
    now?.classList.add("active");
    now?.scrollIntoView({ block: "nearest" });
    if (now) input.setAttribute("aria-activedescendant", now.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function toggle(id) {
    if (!multiple) {
      pick(chosen.length === 1 && chosen[0] === id ? [] : [id]);
      close();
      return;
    }
    pick(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
    for (const option of rows()) option.setAttribute("aria-selected", String(chosen.includes(option.id.slice(listId.length + 1))));
    clear.hidden = !chosen.length;
  }

  function pick(ids) {
    chosen = ids;
    onPick(ids);
  }

  function onKey(event) {
    const steps = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: Infinity, PageDown: active + 8, PageUp: active - 8 };
    if (event.key in steps) move(steps[event.key]);
    else if (event.key === "Enter" && rows()[active]) rows()[active].click();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return {
    /** Say on the button what is chosen, and in which time it is meant. */
    draw(ids, words, when = "") {
      chosen = ids;
      root.querySelector(".picker-value").replaceChildren(...[inVietnamese(words)].flat());
      root.querySelector(".picker-when").textContent = when && ` · ${when}`;
      root.classList.toggle("chosen", ids.length > 0);
      if (!box.hidden) draw();
    },
  };
}
