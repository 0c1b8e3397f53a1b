/** The API, for people: Swagger UI from our own copy, over our own description; nothing is sent to anyone else. */

import { el } from "./dom.js";

/** Swagger UI has a dark side of its own. */
const shade = () => document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.theme === "dark");
shade();
document.addEventListener("themechange", shade);

const root = document.querySelector("#docs");
const { SwaggerUIBundle } = window;

if (SwaggerUIBundle) {
  SwaggerUIBundle({
    domNode: root,
    url: "/api/openapi.json",
    validatorUrl: null,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
  });
} else {
  root.replaceChildren(el("p", { class: "state" }, "Thiếu tệp giao diện: chạy `npm ci` trong web/. · Browser assets are missing: run `npm ci` in web/."));
}
