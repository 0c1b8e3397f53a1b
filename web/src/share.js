/** The dialog that hands the map on: a short link, the device's own way of sending, a code of squares, a frame. */

import * as api from "./api.js";
import { el, glyph, svg } from "./dom.js";
import { t } from "./i18n.js";
import { errorWords } from "./notices.js";
import { format } from "./state.js";

const SHOWN_MS = 2000;
let open = null;

/** Open it for what the map shows now. The focus goes back to where it was when it is closed. */
export async function openShare(state) {
  open?.close();
  const { shown } = state;
  const query = format(shown);
  const body = el("div", { class: "share-body", "aria-busy": "true" }, el("p", { class: "quiet" }, t("shareWait")));
  const dialog = el("dialog", { class: "dialog share", "aria-labelledby": "share-title" },
    el("header", { class: "dialog-head" }, el("h2", { id: "share-title" }, t("shareTitle")),
      el("button", { type: "button", class: "icon-button", "aria-label": t("close"), onclick: () => dialog.close() }, glyph("cross"))),
    el("p", { class: "quiet" }, t("shareHolds")), body);
  dialog.addEventListener("close", () => { dialog.remove(); open = null; });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // Escape closes the dialog and nothing behind it
  open = dialog;
  document.body.append(dialog);
  dialog.showModal();
  try {
    const { url, qr } = await api.share(`${query}${location.hash.replace("#", query ? "&" : "?")}`);
    body.replaceChildren(...parts(url, qr, `${location.origin}/embed${query}${location.hash}`));
    body.querySelector("input").select();
  } catch (error) {
    // Without the server the address itself still restores everything: it is only longer.
    body.replaceChildren(el("p", { class: "wrong", role: "alert" }, errorWords(error)), line("shareLong", location.href));
  }
  body.removeAttribute("aria-busy");
}

function parts(url, qr, frame) {
  const snippet = `<iframe src="${frame.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" title="${t("title")}" width="100%" height="520" style="border:0" loading="lazy" allowfullscreen></iframe>`;
  return [
    line("shareLink", url),
    navigator.share && el("button", { type: "button", class: "button share-send", onclick: () => navigator.share({ title: document.title, url }).catch(() => {}) }, t("shareSend")),
    qr && el("figure", { class: "share-qr" }, squares(qr), el("figcaption", { class: "quiet" }, t("shareQr"))),
    el("details", { class: "share-frame" }, el("summary", {}, t("shareFrame"), glyph("chevron", "chevron")),
      el("p", { class: "quiet" }, t("shareFrameHelp")), line("shareFrameCode", snippet, "textarea")),
  ].filter(Boolean);
}

/** A QR code as `/api/share` draws it; the caption beside it says what it is. */
export function squares({ size, path }) {
  return svg("svg", { viewBox: `0 0 ${size} ${size}`, class: "qr", "aria-hidden": "true", "shape-rendering": "crispEdges" },
    svg("rect", { width: size, height: size, class: "qr-ground" }), svg("path", { d: path, class: "qr-dark", "stroke-width": 1, fill: "none" }));
}

/** A text to take along: selected at a touch, copied by its button, which says so. */
function line(key, text, tag = "input") {
  const field = el(tag, { class: "share-text", readonly: true, "aria-label": t(key), spellcheck: "false", rows: tag === "textarea" && 4, onfocus: () => field.select() });
  field.value = text;
  const words = el("span", {}, t("copy"));
  let back;
  const copy = el("button", { type: "button", class: "button share-copy", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // without a clipboard (no https) the text is selected, and Ctrl-C is one key away
      field.focus();
      field.select();
      words.textContent = t("copyByKey");
      return;
    }
    words.textContent = t("copied");
    clearTimeout(back);
    back = setTimeout(() => { words.textContent = t("copy"); }, SHOWN_MS);
  } }, words);
  copy.setAttribute("aria-live", "polite");
  return el("div", { class: "share-line" }, field, copy);
}
