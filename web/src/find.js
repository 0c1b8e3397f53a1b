/** What the search field suggests: a listbox under it, by the pattern of a combobox. Nothing is chosen until the reader chooses. */

import { announce } from "./announce.js";
import * as api from "./api.js";
import { el, glyph, sprite } from "./dom.js";
import { inVietnamese, lang, t } from "./i18n.js";
import { errorWords } from "./notices.js";
import { forget, recent, remember } from "./recent.js";

const GLYPHS = { unit: "area", code: "area", place: "target", document: "page", clause: "clause", investor: "table", text: "clock" };
const EXAMPLES = [["exampleName", "kcn đồ sơn"], ["exampleUnit", "huyện Cát Hải"], ["exampleAct", "02/CT-UBND"], ["exampleClause", "II.2.1"],
  ["exampleDegrees", "20,8449 106,6881"], ["exampleMetres", "2300893 620547"]];
/** Two numbers, as coordinates are written. */
const NUMBERS = /^(?=.*\d\D+\d)[-+\d\s.,;:|°º'’"″NSEWBĐXY()]+$/i;
const MOST_ANSWERS = 80;
const MOST_INSTEAD = 4;
const PATIENCE_MS = 400;
const SNIPPET = { before: 34, after: 76 };

/** `onPicked()` when something was picked, `onPlace()` when it is a place, `onClosed()` when the list is gone; `onType(words)` puts words into the field, `onFilter(words)` filters the list by them. */
export function createFind(form, input, { state, catalog, onPlace, onPicked, onClosed, onType, onFilter }) {
  const answers = new Map();
  let current = new AbortController();
  let asking = Promise.resolve();
  let active = -1;
  let shown = [];

  const list = el("div", { class: "find-list", id: "find-list", role: "listbox" });
  const note = el("div", { class: "find-note" });
  const foot = el("div", { class: "find-foot" });
  const box = el("div", { class: "find", hidden: true, onmousedown: (event) => event.preventDefault() }, list, note, foot);
  form.append(box);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-expanded": "false",
    "aria-controls": "find-list" })) input.setAttribute(name, value);
  form.addEventListener("focusout", (event) => !form.contains(event.relatedTarget) && close());
  document.addEventListener("pointerdown", (event) => !form.contains(event.target) && close());

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const typed = () => input.value.trim().replace(/\s+/g, " ");

  function open() {
    if (!box.hidden) return;
    show(true);
    ask(input.value);
  }

  function show(on) {
    box.hidden = !on;
    form.classList.toggle("finding", on);
    form.closest(".finder").classList.toggle("is-finding", on);
    input.setAttribute("aria-expanded", String(on));
    if (!on) move(-1);
  }

  function close() {
    current.abort();
    if (box.hidden) return;
    show(false);
    onClosed();
  }

  /** Suggest for these words. Only the latest question counts; what was asked before is at hand. */
  const ask = (words) => (asking = suggest(words));

  async function suggest(words) {
    const q = words.trim().replace(/\s+/g, " ");
    current.abort();
    if (!q) return draw(beginnings());
    current = new AbortController();
    try {
      const suggestions = await found(q, current.signal);
      if (q === typed()) draw(groupsOf(suggestions), q);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (q === typed()) draw([], q, errorWords(error));
    }
  }

  /** What these words find, asked for once. */
  async function found(q, signal) {
    const key = `${lang()} ${q}`;
    if (!answers.has(key)) {
      const { suggestions } = await api.find({ q, lang: lang() }, signal);
      if (answers.size >= MOST_ANSWERS) answers.delete(answers.keys().next().value);
      answers.set(key, suggestions);
    }
    return answers.get(key);
  }

  const groupsOf = (suggestions) => [...new Set(suggestions.map(({ kind }) => kind))]
    .map((kind) => ({ title: t(`find-${kind}`), rows: suggestions.filter((one) => one.kind === kind) }));

  /** Before a letter is typed: what was searched for lately, and what can be searched for. */
  function beginnings() {
    const examples = EXAMPLES.map(([key, words]) => ({ kind: "example", title_vi: words, detail_vi: t(key), detail_en: t(key) }));
    return [{ title: t("findRecent"), rows: recent() }, { title: t("findExamples"), rows: examples }].filter(({ rows }) => rows.length);
  }

  function draw(groups, q = "", wrong = "") {
    shown = groups.flatMap(({ rows }) => rows);
    list.setAttribute("aria-label", t("findList"));
    list.replaceChildren(...groups.map(({ title, rows }, g) => el("div", { role: "group", "aria-labelledby": `find-group-${g}` },
      el("div", { class: "find-group", id: `find-group-${g}` }, title), rows.map((one) => row(one, shown.indexOf(one))))));
    list.scrollTop = 0;
    const none = q && !shown.length;
    note.replaceChildren(...(none ? [el("p", { class: "find-none" }, wrong || t("findNone", { q })), !wrong && el("p", { class: "quiet" }, t(NUMBERS.test(q) ? "findNoneNumbers" : "findNoneHelp"))].filter(Boolean) : []));
    foot.replaceChildren(...footOf(q));
    move(-1);
    if (box.hidden && document.activeElement === input) show(true);
    if (q) announce(wrong || (none ? t("findNone", { q }) : t("findCount", { n: shown.length })));
  }

  function footOf(q) {
    // On a phone the list fills the screen: there is nothing beside it to be touched.
    const away = el("button", { type: "button", class: "link find-close", onclick: () => { close(); input.blur(); } }, t("close"));
    if (q) return [el("button", { type: "button", class: "find-filter", tabindex: "-1", onclick: () => form.requestSubmit() }, glyph("search"), el("span", {}, t("findFilter", { q })), el("kbd", {}, "Enter")), away];
    return [recent().length > 0 && el("button", { type: "button", class: "link", onclick: () => { forget(); ask(""); input.focus(); } }, t("findForget")), away].filter(Boolean);
  }

  function row(one, i) {
    const own = lang() === "en" ? one.title_en : one.title_vi;
    const title = own || one.title_vi;
    const { why } = one;
    const detail = (lang() === "en" ? one.detail_en : one.detail_vi) ?? "";
    const told = why && why.text === title;
    return el("div", { role: "option", class: "find-row", id: `find-${i}`, "aria-selected": "false", "data-kind": one.kind, onclick: () => pick(one) },
      sign(one),
      el("span", { class: "find-text" },
        el("span", { class: "find-title", lang: own ? null : "vi" }, told ? marked(title, why.marks) : title),
        detail && detail !== why?.text && el("span", { class: "find-detail" }, inVietnamese(detail)),
        why && !told && el("span", { class: "find-why" }, `${lang() === "en" ? why.field_en : why.field_vi}: `,
          el("span", { lang: why.lang === lang() ? null : why.lang }, snippet(why)))),
      why?.near && el("span", { class: "tag" }, t("findNear")));
  }

  function sign({ kind, layer }) {
    if (kind === "project" && layer) return sprite(catalog.layerSymbol(layer), "find-sign");
    return glyph(GLYPHS[kind] ?? "search", "find-sign");
  }

  function move(to) {
    const all = options();
    all[active]?.setAttribute("aria-selected", "false");
    active = all.length ? Math.max(-1, Math.min(to, all.length - 1)) : -1;
    const now = all[active];
    now?.setAttribute("aria-selected", "true");
    now?.scrollIntoView({ block: "nearest" });
    if (now) input.setAttribute("aria-activedescendant", now.id);
    else input.removeAttribute("aria-activedescendant");
  }

  /** The obvious thing: a project opens, a unit filters, a place is marked, a clause or a document is a page of its own. */
  function pick(one) {
    if (one.kind === "example") return onType(one.title_vi);
    remember(one);
    if (one.kind === "text") {
      close();
      input.value = one.title_vi;
      return onFilter(one.title_vi);
    }
    const { pathname, searchParams: asked } = new URL(one.href, "http://here");
    if (pathname !== "/") return location.assign(one.href);
    close();
    onPicked();
    const lists = Object.fromEntries(["district", "ids"].filter((name) => asked.has(name)).map((name) => [name, asked.get(name).split(",")]));
    const singles = Object.fromEntries(["id", "point"].filter((name) => asked.has(name)).map((name) => [name, asked.get(name)]));
    if (asked.has("point")) onPlace();
    state.set({ ...lists, ...singles, q: "", ...(lists.district ? { shade: "" } : {}) });
  }

  return {
    ask,
    open,
    close,
    get isOpen() { return !box.hidden; },
    /** Words that filtered the list are worth remembering, single letters are not. */
    remember(words) { if (words.trim().length > 1) remember({ kind: "text", title_vi: words.trim() }); },

    /** Whether what is suggested for these words is something else than projects; a slow answer is not waited for. */
    async leadsElsewhere(words) {
      await Promise.race([asking, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
      const found = answers.get(`${lang()} ${words.trim().replace(/\s+/g, " ")}`) ?? [];
      return found.length > 0 && !found.some(({ kind }) => kind === "project");
    },

    /** Where else these words lead on the map, the nearest first: {words, choose}. */
    async instead(words) {
      const leads = (await found(words.trim().replace(/\s+/g, " "))).filter(({ href }) => new URL(href, "http://here").pathname === "/");
      return leads.slice(0, MOST_INSTEAD).map((one) => ({ words: [(lang() === "en" && one.title_en) || one.title_vi, lang() === "en" ? one.detail_en : one.detail_vi].filter(Boolean).join(" · "), choose: () => pick(one) }));
    },

    key(event) {
      if (event.isComposing || event.ctrlKey || event.metaKey) return;
      const steps = { ArrowDown: active + 1, ArrowUp: active - 1, ...(active >= 0 ? { Home: 0, End: Infinity } : {}) };
      if (box.hidden) {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        open();
      } else if (event.key in steps) move(active < 0 && event.key === "ArrowUp" ? Infinity : steps[event.key]);
      else if (event.key === "Enter" && active >= 0) options()[active].click();
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}

/** A text with these parts of it marked; the parts are counted in characters, not in halves of them. */
function marked(text, marks) {
  const characters = [...text];
  const nodes = [];
  let at = 0;
  for (const [from, to] of marks) {
    nodes.push(characters.slice(at, from).join(""), el("mark", {}, characters.slice(from, to).join("")));
    at = to;
  }
  return [...nodes, characters.slice(at).join("")];
}

/** The part of a long text around the first words that were found. */
function snippet({ text, marks }) {
  const characters = [...text];
  const begin = marks[0]?.[0] ?? 0;
  const from = begin <= SNIPPET.before ? 0 : characters.indexOf(" ", begin - SNIPPET.before) + 1;
  const to = Math.min(characters.length, from + SNIPPET.before + SNIPPET.after);
  const inside = marks.filter(([, end]) => end <= to).map((pair) => pair.map((place) => place - from));
  return [from > 0 && "… ", marked(characters.slice(from, to).join(""), inside), to < characters.length && " …"].flat().filter(Boolean);
}
