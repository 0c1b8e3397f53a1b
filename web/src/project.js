/** The project that is opened: asked for, shown in the panel and on the map, and left again. */

import * as api from "./api.js";
import { today } from "./days.js";
import { dateWords } from "./edtf.js";
import { lang, own, t } from "./i18n.js";
import { errorWords } from "./notices.js";

const $ = (selector) => document.querySelector(selector);

/** `hatch(features)`: the communes in which they lie; `onColumn()`: the panel came or went. */
export function createProject({ state, clocks, panel, finder, layers, beside, changes, map, twoDays, hatch, onColumn }) {
  let opened = null;
  let opening = new AbortController();
  let cameFromMap = false;

  /** Open a project: its frame at once, its history when it comes. `again`: the same one on another day, in place. */
  async function open(id, { focus = false, again = false } = {}) {
    opening.abort();
    opening = new AbortController();
    const { signal } = opening;
    if (!again) panel.wait();
    finder.choose(id);
    try {
      const { isToday, asked } = clocks();
      const [day, onDay] = [twoDays.other(), (when) => api.project(id, when, signal)];
      const [feature, history, where, now, other] = await Promise.all([onDay(asked), api.history(id, { "as-of": asked["as-of"] }, signal),
        api.rows({ ...asked, ids: id }, signal).catch(() => null),
        isToday ? null : onDay({}).catch(whenGone), day && day !== today() ? onDay({ ...asked, datetime: day }) : null]);
      opened = feature;
      panel.show(feature, history, { clocks: clocks(), now, other, where: where?.rows[0] });
      layers.choose(feature);
      hatch([feature]);
      document.title = `${own(feature.properties, "name")} · ${t("title")}`;
      if (feature.geometry && !again) map.reveal(pointOf(feature));
      if (focus && !$("#panel").contains(document.activeElement)) cameFromMap = document.activeElement === $("#map");
      if (focus) panel.focus();
    } catch (error) {
      if (error.name === "AbortError") return;
      const missing = error.status === 404 || error.status === 410;
      const { asOf } = clocks();
      const words = asOf && error.status === 404 ? t("notRecorded", { day: dateWords(asOf, lang()) }) : errorWords(error, id);
      panel.fail(words, { again: !missing });
    }
    onColumn();
  }

  /** A project that was withdrawn since is shown as it was known then. */
  function whenGone(error) {
    if (error.status !== 410) throw error;
    return { gone: true };
  }

  const pointOf = (feature) => {
    const { lat, lng } = layers.point(feature);
    return [lng, lat];
  };

  /** All of it, in sight. */
  function show() {
    const bounds = opened && layers.boundsOf(opened);
    if (bounds) map.fit(bounds);
  }

  /** No project is opened. */
  function shut() {
    opening.abort();
    opened = null;
    panel.close();
    layers.choose(null);
    beside.choose(null);
    finder.choose(null);
    document.title = t("title");
    onColumn();
  }

  /** The reader leaves it, and stands where it was opened. */
  function close() {
    const { id } = state.shown;
    state.set({ id: null });
    if (cameFromMap) $("#map").focus();
    else if (changes.isOpen) changes.focus(id);
    else finder.focus(id);
    const held = document.activeElement;
    if (held === document.body || !held.checkVisibility({ visibilityProperty: true })) $("#map").focus(); // the row is out of sight, in a sheet that is down
  }

  return {
    /** The feature itself, once it has come. */
    get opened() { return opened; },
    open,
    show,
    shut,
    close,
  };
}
