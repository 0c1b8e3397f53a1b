/** The service worker is registered once the page stands; and what is shown without a network says how old it is. */

import { announce } from "./announce.js";
import { el, glyph } from "./dom.js";
import { t } from "./i18n.js";

const KEPT = "x-kept-at";
/** What the first view asks for last has come by then. */
const SETTLED_MS = 1500;
let line = null;

/** "14:05 22/11" in the city's time. */
function moment(at) {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit" }).formatToParts(at);
  const [day, month, hour, minute] = ["day", "month", "hour", "minute"].map((kind) => parts.find(({ type }) => type === kind).value);
  return `${hour}:${minute} ${day}/${month}`;
}

/** Every answer passes here: one that was kept tells its age, one that is new ends the notice. */
export function sayAge(answer) {
  const at = answer.headers.get(KEPT);
  if (!at) {
    line?.remove();
    line = null;
    return;
  }
  const words = t("offlineAge", { when: moment(new Date(at)) });
  if (line?.textContent === words) return;
  line?.remove();
  line = el("p", { class: "offline" }, glyph("offline"), el("span", {}, words));
  document.body.append(line);
  announce(words);
}

/** After everything else: the first view does not wait for it. */
export function keepForLater() {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const register = () => serviceWorker.register("/sw.js").catch(() => {}); // a browser that forbids it shows the map all the same
  if (!serviceWorker.controller) {
    serviceWorker.addEventListener("controllerchange", () => setTimeout(() => {
      const asked = performance.getEntriesByType("resource").map(({ name }) => name);
      serviceWorker.controller.postMessage([location.pathname, ...new Set(asked)]);
    }, SETTLED_MS), { once: true });
  }
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
}
