/** The search field: typing filters the list, and what it suggests beside that comes as soon as the reader turns to it. */

import { pause, picture } from "./pace.js";

const TYPING_PAUSE_MS = 220;
const TOUCH_MS = 700;

/** `onSeek()` when the reader seeks, `onPlace()` when a place on the map was picked, `onFound()` when the suggestions are gone. */
export function createSearch(form, { state, catalog, onSeek, onPlace, onFound }) {
  const input = form.querySelector("#q");
  const clear = form.querySelector(".search-clear");
  let typing = 0;
  let find = null;
  let coming = null;
  let pointed = -Infinity;

  /** Other letters of the same search replace its step in the history. */
  const ask = (q) => { clearTimeout(typing); typing = 0; state.set({ q }, { replace: Boolean(state.shown.q) && Boolean(q) }); };
  const empty = () => { clearTimeout(typing); typing = 0; input.value = ""; clear.hidden = true; };
  const type = (q) => { input.value = q; input.focus(); clear.hidden = !q; heard(); };
  const wake = () => (coming ??= import("./find.js").then(({ createFind }) => {
    find = createFind(form, input, { state, catalog, onPlace, onClosed: onFound, onPicked: empty, onType: type, onFilter: ask });
    return find;
  }).catch(() => { coming = null; return null; })); // without it typing still filters

  /** A coordinate, a code or the number of an act is no name: it must not empty the list behind its suggestion. */
  function heard() {
    clearTimeout(typing);
    const q = input.value;
    clear.hidden = !q;
    picture().then(onSeek); // the letter is seen first, while the answer is under way
    const asked = (find ? wake() : pause().then(wake)).then(() => { if (input.value === q) find?.ask(q); }); // on its way before the letter is painted
    typing = setTimeout(async () => {
      await asked;
      if (!await find?.leadsElsewhere(q) && input.value === q) ask(q);
      typing = 0;
    }, TYPING_PAUSE_MS);
  }

  form.addEventListener("focusin", onSeek);
  form.addEventListener("focusin", wake, { once: true });
  input.addEventListener("input", heard);
  // Focus alone opens nothing, so that whoever tabs through hears no list. On a phone the field moves away under the finger: no click comes.
  input.addEventListener("pointerdown", (event) => { pointed = event.timeStamp; });
  input.addEventListener("focus", (event) => { if (event.timeStamp - pointed < TOUCH_MS) wake().then(() => find?.open()); });
  input.addEventListener("click", () => wake().then(() => find?.open()));
  input.addEventListener("keydown", (event) => {
    if (find) find.key(event);
    else if (event.key === "ArrowDown") { event.preventDefault(); wake().then(() => find?.open()); }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    find?.remember(input.value);
    find?.close();
    ask(input.value);
  });
  clear.addEventListener("click", () => { ask(""); type(""); });

  return {
    get isFinding() { return Boolean(find?.isOpen); },

    /** Where else these words lead, when no project has them in its name; nothing where that cannot be asked. */
    instead: async (q) => (await wake())?.instead(q).catch(() => []) ?? [],

    /** What is searched for, in the field; letters that are being typed stay. */
    say() {
      const { q } = state.shown;
      if (document.activeElement !== input || !(q || typing || find?.isOpen)) input.value = q;
      clear.hidden = !input.value;
    },
  };
}
