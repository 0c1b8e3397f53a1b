/** The card of a place: WGS 84 and both zones of VN-2000, each to be copied, and the unit in which it lies. */

import * as api from "./api.js";
import { el, glyph } from "./dom.js";
import { lang, number, t } from "./i18n.js";
import { createPin } from "./map/pin.js";
import { errorWords } from "./notices.js";

const SHOWN_MS = 1800;
const NEAR_ZOOM = 14;

/** `onClose()` when the reader is done with it. */
export function createSpot(root, map, { onClose }) {
  const pin = createPin(map);
  let current = new AbortController();

  function close() {
    root.hidden = true;
    pin.clear();
    onClose();
    document.querySelector("#q")?.focus();
  }

  /** Numbers are copied as machines read them: a dot for decimals, nothing between thousands. */
  function line(name, words, copied) {
    const label = el("span", {}, t("copy"));
    let back;
    const button = el("button", { type: "button", class: "link spot-copy", "aria-label": t("copyOf", { name }), onclick: async () => {
      try {
        await navigator.clipboard.writeText(copied);
        label.textContent = t("copied");
      } catch {
        getSelection().selectAllChildren(value); // the browser said no: then Ctrl-C is one key away
        label.textContent = t("copyByKey");
      }
      clearTimeout(back);
      back = setTimeout(() => { label.textContent = t("copy"); }, SHOWN_MS);
    } }, label);
    const value = el("span", { class: "spot-value" }, words);
    return el("div", { class: "spot-line" }, el("dt", {}, name), el("dd", {}, value, button));
  }

  function draw({ point: [lon, lat], unit, in_city: inCity, vn2000, ...told }) {
    const heading = el("h2", { id: "spot-name", tabindex: "-1" }, lang() === "en" ? told.title_en : told.title_vi);
    root.replaceChildren(
      el("button", { type: "button", class: "icon-button spot-close", "aria-label": t("close"), onclick: close }, glyph("cross")),
      el("p", { class: "spot-kind" }, t("spot")), heading,
      el("p", { class: "spot-where", lang: unit && lang() === "en" ? "vi" : null }, unit ?? t(inCity ? "spotNoUnit" : "spotOutside")),
      el("dl", { class: "spot-lines" }, line("WGS 84", `${number(lat, 6)}; ${number(lon, 6)}`, `${lat.toFixed(6)}, ${lon.toFixed(6)}`),
        vn2000.map(({ epsg, meridian, north, east }) => line(`VN-2000 ${meridian} · EPSG:${epsg}`,
          t("spotMetres", { north: number(north), east: number(east) }), `${north.toFixed(2)}, ${east.toFixed(2)}`))),
      el("p", { class: "quiet spot-note" }, t("spotNote")));
    root.hidden = false;
    return heading;
  }

  return {
    /** Mark `point` ("lat,lon") on the map and tell where it is; "" takes it away. */
    async show(point) {
      current.abort();
      if (!point) {
        root.hidden = true;
        return pin.clear();
      }
      current = new AbortController();
      try {
        const { suggestions } = await api.find({ q: point, lang: lang() }, current.signal);
        const found = suggestions.find(({ kind }) => kind === "place");
        if (!found) return onClose();
        const heading = draw(found);
        pin.set(found.point);
        map.reveal(found.point, NEAR_ZOOM);
        heading.focus({ preventScroll: true });
      } catch (error) {
        if (error.name === "AbortError") return;
        root.replaceChildren(el("button", { type: "button", class: "icon-button spot-close", "aria-label": t("close"), onclick: close }, glyph("cross")),
          el("p", { class: "wrong", role: "alert" }, errorWords(error)));
        root.hidden = false;
      }
    },
  };
}
