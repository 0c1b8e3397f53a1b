/** What only a server can give does not stand on a copy. */

import { page } from "./addresses.js";

for (const node of document.querySelectorAll("[data-page]")) if (!page(node.dataset.page)) node.remove();
for (const node of document.querySelectorAll("[data-served]")) if (!node.querySelector("[data-page]")) node.remove();
document.body.classList.add("is-copy");
