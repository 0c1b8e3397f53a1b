/** What was searched for lately on this device: kept here alone, never sent. */

const KEY = "recent-searches";
const MOST = 6;
const LONGEST = 200;
const TEXTS = ["kind", "id", "title_vi", "title_en", "href"];

const isText = (value) => typeof value === "string" && value.length <= LONGEST * 5;
/** Whoever wrote it: an address leads to a page of ours or nowhere. */
const isSound = (one) => one !== null && typeof one === "object" && isText(one.title_vi) && one.title_vi
  && TEXTS.every((name) => one[name] === null || one[name] === undefined || isText(one[name])) && /^\/(?![/\\])/.test(one.href ?? "/");

/** The latest first; nothing where the browser keeps nothing. */
export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isSound).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** `one`: a suggestion that was picked, or {kind: "text", title_vi} for words that filtered the list. */
export function remember(one) {
  const kept = Object.fromEntries(TEXTS.filter((name) => isText(one[name])).map((name) => [name, one[name]]));
  if (!isSound(kept)) return;
  const others = recent().filter((other) => other.kind !== kept.kind || (other.id ?? other.title_vi) !== (kept.id ?? kept.title_vi));
  write([kept, ...others].slice(0, MOST));
}

export const forget = () => write([]);

function write(all) {
  try {
    if (all.length) localStorage.setItem(KEY, JSON.stringify(all));
    else localStorage.removeItem(KEY);
  } catch { /* a browser that keeps nothing searches as well */ }
}
