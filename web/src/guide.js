/** The keys, in the guide: the same table as in the help of the map. */

import { el } from "./dom.js";
import { keyList } from "./keys.js";
import { speak } from "./i18n.js";

speak(document.documentElement.lang);
document.querySelector("#keys").replaceWith(el("dl", { class: "keys", id: "keys" }, keyList()));
