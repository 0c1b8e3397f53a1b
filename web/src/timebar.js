/** The date control: which day is shown, as known when, against which other day; and how to get from one to the next. */

import { el, glyph } from "./dom.js";
import { readClocks, readDay, shownDay, today, typed } from "./days.js";
import { dateWords } from "./edtf.js";
import { lang, t } from "./i18n.js";
import { createTrack } from "./track.js";

const PLAY_APART_DAYS = 28;
const PLAY_PAUSE_MS = { moving: 900, calm: 2000 };
const SETTLE_MS = 180;

/** `state`: the page's. `onMore()` when the reader unfolds what takes room. */
export function createTimebar(root, { state, onMore }) {
  const $ = (selector) => root.querySelector(selector);
  const [day, other, recorded, says, box] = ["#day", "#other-day", "#as-of", ".time-says", ".time-box"].map($);
  const [play, back, forth, now, compare, more] = [".time-play", ".time-back", ".time-forth", ".time-today", ".time-compare", ".time-more"].map($);
  const track = createTrack($(".track"), (to) => go(to));
  const words = (when) => dateWords(when, lang());
  let clocks = readClocks(state.shown);
  let settling = 0;
  let playing = null;
  let refused = null;

  /** Show a day. From stop to stop is one step of the history, and the server is asked when the reader comes to rest. */
  function go(to, { soon = false } = {}) {
    if (!soon) stop();
    clocks = { ...clocks, day: to };
    track.show(to, clocks.compare);
    day.value = typed(to);
    clearTimeout(settling);
    const settle = () => state.set({ datetime: to === today() ? "" : to }, { replace: Boolean(state.shown.datetime) });
    if (soon) settle();
    else settling = setTimeout(settle, SETTLE_MS);
  }

  /** A typed day: empty means today, what is no day is told at the field. */
  function take(field, name) {
    const read = field.value.trim() ? readDay(field.value) : "";
    const wrong = read === null ? "wrongDay" : name === "asOf" && read > today() ? "wrongFuture" : null;
    tell(field, wrong);
    if (wrong) return;
    stop();
    const value = name === "compare" ? read : read === today() ? "" : read;
    state.set({ [name]: value });
    if (value === state.shown[name]) say();
  }

  /** Say at the field what is wrong with it, or nothing. */
  function tell(field, key) {
    const note = root.querySelector(`#${field.id}-wrong`);
    note.hidden = !key;
    note.textContent = key ? t(key) : "";
    if (key) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  function start() {
    playing = { timer: 0 };
    sayPlaying();
    if (clocks.day >= today()) go(track.start, { soon: true });
    else onward();
  }

  function onward() {
    const to = track.step(1, PLAY_APART_DAYS) ?? today();
    if (clocks.day >= today()) return stop();
    go(to, { soon: true });
  }

  function stop() {
    if (!playing) return;
    clearTimeout(playing.timer);
    playing = null;
    sayPlaying();
  }

  function sayPlaying() {
    play.replaceChildren(glyph(playing ? "pause" : "play"));
    play.setAttribute("aria-pressed", String(Boolean(playing)));
    play.dataset.tLabel = playing ? "pause" : "play";
    play.setAttribute("aria-label", t(play.dataset.tLabel));
    play.title = t(play.dataset.tLabel);
  }

  function unfold(open) {
    box.hidden = !open;
    root.classList.toggle("is-open", open);
    more.setAttribute("aria-expanded", String(open));
    if (open) onMore();
  }

  function sentence() {
    const { day: shown, asOf } = clocks;
    if (!state.shown.datetime && !asOf) return t("saysToday", { day: words(shown) });
    if (asOf) return t("saysRecorded", { day: words(shown), recorded: words(asOf) });
    return t(shown > today() ? "saysFuture" : "saysDay", { day: words(shown) });
  }

  function drawMilestones() {
    const groups = [["units", "milestoneUnits"], ["document", "milestoneDocuments"]].map(([kind, key]) => [key, track.marked().filter((one) => one.kind === kind)]);
    $("#milestone").replaceChildren(el("option", { value: "" }, t("milestoneNone")), ...groups.filter(([, every]) => every.length).map(([key, every]) =>
      el("optgroup", { label: t(key) }, every.map(({ date, name }) => el("option", { value: date, selected: date === clocks.day }, `${typed(date)} · ${name}`)))));
  }

  /** What is wrong with a day: as the page sees it, or as the server did when it was asked for this very one. */
  const wrongOf = (name) => clocks.wrong[name] ?? (refused?.name === name && refused.value === state.shown[name] ? refused.key : null);

  /** Everything that depends on the state and the language. */
  function say() {
    clocks = readClocks(state.shown);
    day.value = clocks.wrong.datetime ? state.shown.datetime : typed(clocks.day);
    other.value = clocks.compare ? typed(clocks.compare) : state.shown.compare;
    recorded.value = clocks.asOf ? typed(clocks.asOf) : state.shown.asOf;
    for (const [field, name] of [[day, "datetime"], [other, "compare"], [recorded, "asOf"]]) tell(field, wrongOf(name));
    if (wrongOf("asOf")) unfold(true);
    const here = track.markedOn(clocks.day).map(({ name }) => name);
    says.replaceChildren(el("span", {}, sentence()), ...here.map((name) => el("span", { class: "time-named" }, ` · ${name}`)));
    root.classList.toggle("is-past", !clocks.isToday);
    root.classList.toggle("is-compared", Boolean(state.shown.compare));
    $(".time-other").hidden = !state.shown.compare;
    $(".as-of-today").hidden = !state.shown.asOf;
    now.hidden = !state.shown.datetime;
    back.disabled = clocks.day <= track.stops[0];
    forth.disabled = clocks.day >= today();
    compare.setAttribute("aria-pressed", String(Boolean(state.shown.compare)));
    track.show(clocks.day, clocks.wrong.compare ? null : clocks.compare);
    drawMilestones();
    sayPlaying();
  }

  for (const [field, name] of [[day, "datetime"], [other, "compare"], [recorded, "asOf"]]) {
    field.addEventListener("change", () => take(field, name));
    field.addEventListener("keydown", (event) => event.key === "Enter" && take(field, name));
    field.addEventListener("focus", () => field.select());
  }
  back.addEventListener("click", () => go(track.step(-1) ?? track.stops[0]));
  forth.addEventListener("click", () => go(track.step(1) ?? today()));
  now.addEventListener("click", () => { stop(); state.set({ datetime: "" }); day.focus(); });
  $(".as-of-today").addEventListener("click", () => { state.set({ asOf: "" }); recorded.focus(); });
  $("#milestone").addEventListener("change", (event) => event.target.value && go(event.target.value));
  play.addEventListener("click", () => (playing ? stop() : start()));
  more.addEventListener("click", () => unfold(box.hidden));
  compare.addEventListener("click", () => {
    const year = clocks.day < today() ? today() : shownDay(`${Number(clocks.day.slice(0, 4)) - 1}${clocks.day.slice(4)}`) ?? track.stops[0];
    state.set({ compare: state.shown.compare ? "" : year });
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || box.hidden || !box.contains(event.target)) return;
    event.preventDefault();
    unfold(false);
    more.focus();
  });

  return {
    say,
    get clocks() { return clocks; },

    /** The days on which something changed, under the filters that hold. */
    draw(timeline) {
      track.draw(timeline);
      say();
    },

    /** The day asked for is on the map: when playing, the next one follows after a breath. */
    drawn() {
      if (!playing) return;
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      clearTimeout(playing.timer);
      playing.timer = setTimeout(onward, calm ? PLAY_PAUSE_MS.calm : PLAY_PAUSE_MS.moving);
    },

    /** The server would not have it: said at the field that it is about. */
    refuse(name, key) {
      refused = { name, value: state.shown[name], key };
      say();
    },
    stop,
    /** The reader wants another day to compare with. */
    askOther() {
      unfold(true);
      other.focus();
    },
  };
}
