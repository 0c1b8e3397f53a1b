/** Two days, wired: the projects of the other day, the line between the two, and the list of what changed. */

import * as api from "./api.js";
import { today } from "./days.js";
import { dateWords } from "./edtf.js";
import { lang, t } from "./i18n.js";
import { errorWords } from "./notices.js";

/**
 * `clocks()` are those of the page, `beside` the layers of the other day, `ground` (territory.js) its units. `onColumn({begins})` is called when the list of changes
 * came, stayed or went.
 */
export function createTwoDays({ clocks, beside, ground, swipe, changes, onColumn }) {
  const words = (day) => (day === today() ? t("today") : dateWords(day, lang()));

  /** The day beside the one shown; null where none, or none that can be, is asked for. */
  const other = () => (clocks().wrong.compare ? null : clocks().compare);

  async function list(filters, signal) {
    const begins = !changes.isOpen;
    try {
      changes.draw(await api.changes({ ...filters, datetime: [clocks().day, other()].sort().join("/") }, signal));
    } catch (error) {
      if (error.name === "AbortError") throw error;
      changes.fail(errorWords(error));
    }
    onColumn({ begins });
  }

  return {
    other,

    /** The projects of the other day, under these filters; none where there is no other day. */
    async ask(filters, signal) {
      if (!other()) return [];
      ground.coming(other());
      return (await api.projects({ ...filters, datetime: other() }, signal)).features;
    },

    /** Show them beside those of the day shown, `opened` standing out; then what changed, when it comes. */
    async draw(features, opened, filters, signal) {
      const [day, beyond] = [clocks().day, other()];
      const grounds = await ground.beside(beyond);
      signal.throwIfAborted();
      beside.draw(features);
      beside.choose(features.find(({ id }) => id === opened?.id) ?? null);
      swipe.draw({ day, words: words(day) }, beyond && { day: beyond, words: words(beyond) }, grounds);
      if (beyond) return list(filters, signal);
      changes.close();
      return onColumn({ begins: false });
    },
  };
}
