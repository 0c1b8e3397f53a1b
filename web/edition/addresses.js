/** In the place of `src/addresses.js`: pages stand beside a copy in a folder, as files; a copy in one file has none. */

import { lang } from "../src/i18n.js";

const pages = (document.body.dataset.pages ?? "").split(" ").filter(Boolean);

/** The file of a page in the reader's language; null where there is none. */
export function page(path, _parameters = {}, hash = "") {
  if (!pages.includes(path.split("/")[1])) return null;
  return `${lang() === "en" ? "en/" : ""}${path.slice(1)}.html${hash && `#${encodeURIComponent(hash)}`}`;
}

export const projectPage = (id) => page(`/du-an/${encodeURIComponent(id)}`);
export const clausePage = (document, clause) => page(`/van-ban/${encodeURIComponent(document)}`, {}, clause.split("#")[1] ?? "");
