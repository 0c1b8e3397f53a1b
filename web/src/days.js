/** Days of the city: read as people type them, written as the server reads them (YYYY-MM-DD), compared as text. */

const CITY_AHEAD_MS = 7 * 3600 * 1000;
const DAY_MS = 86_400_000;

/** The day that it is in the city. */
export const today = () => new Date(Date.now() + CITY_AHEAD_MS).toISOString().slice(0, 10);

/** Days since 1970, for arithmetic. */
export const ordinal = (day) => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);

export const dayAt = (n) => new Date(n * DAY_MS).toISOString().slice(0, 10);

/** "2023-06-30" → "30/06/2023", as a field holds it in both languages. */
export const typed = (day) => (day ? day.split("-").reverse().join("/") : "");

/** "30/6/2023", "30-06-2023", "30.06.2023", "30062023" or "2023-06-30" → "2023-06-30"; null for what is no day. */
export function readDay(text) {
  const [, y1, m1, d1] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text.trim()) ?? [];
  const [, d2, m2, y2] = /^(\d{1,2})[\s/.-]*(\d{1,2})[\s/.-]*(\d{4})$/.exec(text.trim()) ?? [];
  const [year, month, day] = y1 ? [y1, m1, d1] : [y2, m2?.padStart(2, "0"), d2?.padStart(2, "0")];
  if (!year) return null;
  const written = `${year}-${month}-${day}`;
  const read = new Date(`${written}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(written) ? written : null;
}

/** The day that an OGC `datetime` shows: itself, the day of a moment in the city, the last of an interval; null where it is no date. */
export function shownDay(datetime) {
  const last = datetime.split("/").at(-1);
  if (!last || last === "..") return today();
  if (last.includes("T")) {
    const moment = Date.parse(last);
    return Number.isNaN(moment) ? null : new Date(moment + CITY_AHEAD_MS).toISOString().slice(0, 10);
  }
  return readDay(last);
}

/**
 * What the clocks of `shown` mean: {day, asOf, compare, isToday, asked, wrong}. `day` is the day shown, which without a
 * `datetime` is that of `asOf`; `asOf` and `compare` are null where they are not asked for; `asked` is what the API takes; `wrong` holds, by the name of the field, the key of the sentence that says why
 * its text is no day that can be asked for.
 */
export function readClocks({ datetime, asOf, compare }) {
  const now = today();
  const day = datetime ? shownDay(datetime) : now;
  const [recorded, other] = [asOf, compare].map((text) => (text ? shownDay(text) : null));
  const wrong = {};
  if (!day) wrong.datetime = "wrongDay";
  if (asOf && !recorded) wrong.asOf = "wrongDay";
  else if (recorded > now) wrong.asOf = "wrongFuture";
  if (compare && !other) wrong.compare = "wrongDay";
  else if (other && other === day) wrong.compare = "wrongSame";
  return { day: (datetime && day) || (recorded <= now && recorded) || now, asOf: recorded, compare: other, isToday: !datetime && !asOf, asked: { datetime, "as-of": asOf }, wrong };
}

/** The days on which something changed, in order, each once, from the first to `end`: what the date control stops at. A year or a month changes
 *  the map on its first day. */
export function stops({ days = [], documents = [], reorganisations = [] }, end) {
  const every = [...days.map(({ from }) => from), ...documents.map(({ date }) => date), ...reorganisations.map(({ date }) => date)];
  return [...new Set([...every.filter((date) => /^\d{4}-\d\d-\d\d$/.test(date ?? "") && date < end), end])].sort();
}

/** Where the days lie between 0 and 1: the busy years by their length, what is before them gathered in the first tenth. */
export function scaleOf(timeline, end) {
  const dates = (timeline.days ?? []).filter(({ from }) => from).flatMap(({ from, facts }) => Array(Math.min(facts, 50)).fill(from)).sort();
  const marked = [...(timeline.documents ?? []), ...(timeline.reorganisations ?? [])].map(({ date }) => date.slice(0, 10)).sort();
  const early = dates[Math.floor(dates.length * 0.1)] ?? end;
  const year = [early, marked[0] ?? early].sort()[0].slice(0, 4);
  const from = ordinal(`${Math.min(Number(year), Number(end.slice(0, 4)) - 1)}-01-01`);
  const [first, last] = [Math.min(ordinal(dates[0] ?? end), from), ordinal(end)];
  const lead = first < from ? 0.1 : 0;
  return {
    from: dayAt(from),
    lead,
    at(day) {
      const n = Math.min(ordinal(day), last);
      if (n < from) return first === from ? 0 : (Math.max(0, n - first) / (from - first)) * lead;
      return lead + ((n - from) / (last - from)) * (1 - lead);
    },
  };
}

/** The stop before (`-1`) or after (`1`) a day; null at the end. `apart`: at least so many days away. */
export function neighbour(all, day, step, apart = 1) {
  const far = dayAt(ordinal(day) + step * apart);
  return (step > 0 ? all.find((stop) => stop >= far) : all.findLast((stop) => stop <= far)) ?? null;
}
