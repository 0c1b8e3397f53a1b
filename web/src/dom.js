/** Elements, made without markup: every text enters the page as text. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with its attributes and children.
 *
 * `on…` attributes are listeners, `class` and `aria-*` go in as they are, `false`, `null` and `undefined` are left out.
 * A child is a node, a text, or nothing.
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A text with its `lang`, as `told` of i18n.js gives it, in an element of its own; null stays null. */
export const inWords = (tag, text, attributes = {}) => text && el(tag, { ...attributes, lang: text.lang }, text.text);

/** A symbol of the server's sprite (`status-operational`, `icon-port`), as decoration: words beside it say the same. */
export function sprite(symbol, className = "") {
  return svg("svg", { class: `sprite ${className}`, "aria-hidden": "true", focusable: "false" }, svg("use", { href: `#${symbol}` }));
}

/** Put the sprite into the page, out of sight, where signs and hatches find it by id. It comes from our own server. */
export function adoptSprite(text) {
  const drawing = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  drawing.setAttribute("class", "sprite-sheet");
  drawing.setAttribute("aria-hidden", "true");
  document.body.prepend(document.importNode(drawing, true));
}

/** A drawing of the page's own furniture: `/assets/icons/ui.svg`. */
export function glyph(name, className = "") {
  return svg("svg", { class: `glyph ${className}`, "aria-hidden": "true", focusable: "false" },
    svg("use", { href: `/assets/icons/ui.svg#${name}` }));
}

/** A link to a page elsewhere; a text where the address is not one of the web. */
export function outLink(url, text, className = "") {
  if (!/^https?:\/\//i.test(url ?? "")) return el("span", { class: className }, text);
  return el("a", { class: className, href: url, target: "_blank", rel: "noopener noreferrer" }, text, glyph("out", "out"));
}
