/** What only a server can give does not stand on a copy. */

import { page } from "./addresses.js";
import { edition } from "./carried.js";

const TIMES = ["datetime", "as-of", "compare"];

for (const node of document.querySelectorAll("[data-page]")) if (!page(node.dataset.page)) node.remove();
for (const node of document.querySelectorAll("[data-served]")) if (!node.querySelector("[data-page]")) node.remove();
document.body.classList.add("is-copy");

/** Of more projects than a page carries it tells one day: that of the record. */
if ((await edition()).many) {
  document.body.classList.add("is-many");
  const address = new URL(location.href);
  TIMES.forEach((name) => address.searchParams.delete(name));
  history.replaceState(history.state, "", address);
}
