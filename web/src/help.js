/** The keys of the map and of the list, in a dialog, with the way to the guide. */

import { page } from "./addresses.js";
import { el, glyph } from "./dom.js";
import { keyList } from "./keys.js";
import { t } from "./i18n.js";

/** Open it; the focus goes back to where it was when it is closed. `onTour()` begins the tour again. */
export function openHelp({ onTour }) {
  const dialog = el("dialog", { class: "dialog help", "aria-labelledby": "help-title" },
    el("header", { class: "dialog-head" }, el("h2", { id: "help-title" }, t("helpTitle")),
      el("button", { type: "button", class: "icon-button", "aria-label": t("close"), onclick: () => dialog.close() }, glyph("cross"))),
    el("p", { class: "quiet" }, t("helpLead")),
    el("dl", { class: "keys" }, keyList()),
    el("div", { class: "help-ways" },
      page("/huong-dan") && el("a", { class: "button", href: page("/huong-dan") }, t("guide")),
      el("button", { type: "button", class: "button plain", onclick: () => { dialog.close(); onTour(); } }, t("tourAgain"))));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}
