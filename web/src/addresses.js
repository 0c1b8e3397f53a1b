/** Where the pages beside the map stand. A copy of the map that has no server behind it brings another module of this name. */

import { lang } from "./i18n.js";

/** Without `lang` a page is written in the language that the browser asks for. */
const spoken = () => (lang() === "vi" && navigator.language.startsWith("vi") ? "" : lang());

/** A page in the reader's language, with these parameters; `hash` opens it at a place. */
export function page(path, parameters = {}, hash = "") {
  const given = Object.entries({ ...parameters, lang: spoken() }).filter(([, value]) => value);
  return `${path}${given.length ? `?${new URLSearchParams(given)}` : ""}${hash && `#${encodeURIComponent(hash)}`}`;
}

/** The page of a project, on the day that `clocks` ask for. */
export const projectPage = (id, clocks) => page(`/du-an/${encodeURIComponent(id)}`, clocks);

/** The page of a document, open at a clause (`ct-02-2023#ii.2.3`). */
export const clausePage = (document, clause) => page(`/van-ban/${encodeURIComponent(document)}`, {}, clause.split("#")[1] ?? "");
