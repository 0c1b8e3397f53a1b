/** What a copy of the map carries: inside of the page, or in a file beside it. */

/** Its data, once. */
export async function edition() {
  const inside = document.getElementById("edition");
  if (inside) return JSON.parse(inside.textContent);
  return (await fetch("edition.json")).json();
}
