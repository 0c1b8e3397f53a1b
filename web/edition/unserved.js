/** What only a server can give does not stand on a copy. */

for (const node of document.querySelectorAll("[data-served]")) node.remove();
document.body.classList.add("is-copy");
