/** The API, for people: Swagger UI from our own copy, over our own description; nothing is sent to anyone else. */

import { el } from "./dom.js";

/** Swagger UI has a dark side of its own. */
const shade = () => document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.theme === "dark");
shade();
document.addEventListener("themechange", shade);

const root = document.querySelector("#docs");
const { SwaggerUIBundle } = window;

/** What Swagger UI leaves unsaid to those who do not see it; it draws itself anew at will, so it is said again. */
function complete() {
  root.querySelectorAll("h3.opblock-tag, section.models h4").forEach((title) => title.setAttribute("aria-level", "2"));
  root.querySelectorAll("select:not([aria-label])").forEach((choice) => choice.setAttribute("aria-label", choice.id === "servers" ? "Máy chủ / Server" : "Lựa chọn / Choice"));
  root.querySelectorAll(".information-container, .scheme-container").forEach((part, i) => {
    part.setAttribute("role", "region");
    part.setAttribute("aria-label", i ? "Máy chủ / Server" : "API");
  });
}

if (SwaggerUIBundle) {
  new MutationObserver(complete).observe(root, { childList: true, subtree: true });
  SwaggerUIBundle({
    domNode: root,
    url: "/api/openapi.json",
    validatorUrl: null,
    deepLinking: false, // its links stand inside of buttons
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
  });
} else {
  root.replaceChildren(el("p", { class: "state" }, "Thiếu tệp giao diện: chạy `npm ci` trong web/. · Browser assets are missing: run `npm ci` in web/."));
}
