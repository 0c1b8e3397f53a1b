/** What this copy is: the record of which day, whose word, and whether a byte of its data was changed since it was made. */

import { el } from "../src/dom.js";
import { dateWords } from "../src/edtf.js";
import { lang } from "../src/i18n.js";
import { lacksParts } from "./api.js";
import { edition } from "./carried.js";

const WORDS = {
  title: ["Bản mang theo", "A copy to take along"],
  site: ["Bản phát hành", "A release"],
  offline: ["Mở được khi không có mạng.", "Opens without a network."],
  until: ["dữ liệu đến {day}", "data until {day}"],
  recorded: ["Dữ liệu ghi nhận đến {day}.", "Data as recorded by {day}."],
  judged: ["Chỉ đạo được đối chiếu với tình trạng ngày {day}.", "Orders are held against the state of {day}."],
  part: ["Chỉ gồm: {filters}.", "Holds only: {filters}."],
  sources: ["Nguồn và giấy phép", "Sources and licences"],
  sum: ["SHA-256 của dữ liệu", "SHA-256 of the data"],
  same: ["khớp: dữ liệu còn nguyên như lúc xuất", "matches: the data are as they were written"],
  differs: ["KHÔNG khớp: dữ liệu đã bị sửa", "does NOT match: the data were changed"],
  many: ["Bản này có bản đồ, danh sách, bộ lọc và tình trạng mới nhất của từng dự án. Diễn biến, yêu cầu của văn bản, các ngày khác và trang riêng của từng dự án không nằm trong bản này: xem ",
    "This edition has the map, the list, the filters and the newest word on each project. Histories, orders, other days and a page of each project are not in it: see "],
  files: ["các tệp của bản phát hành", "the files of the release"],
  lacks: ["Máy chủ này không gửi từng phần của tệp (HTTP Range), nên bản đồ không vẽ được dự án và không mở được từng dự án; danh sách và bộ lọc vẫn đủ. Hãy đặt cả thư mục bản phát hành lên một máy chủ có Range: nginx, Caddy, Apache, kho đối tượng (S3)…",
    "This server does not send parts of a file (HTTP Range): the map cannot draw the projects, nor can one be opened; the list and the filters are whole. Put the whole folder of the release on a server that has ranges: nginx, Caddy, Apache, object storage (S3)…"],
  unknown: ["trình duyệt này không tính được", "this browser cannot compute it"],
};
const say = (key, values = {}) => WORDS[key][lang() === "vi" ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => values[name]);

const carries = await edition();
const inside = document.getElementById("edition");
const stated = inside?.dataset.sha256;
const found = inside && await digest(inside.textContent).catch(() => null);

/** SHA-256 of a text, as hex; null where the browser has no such function here. */
async function digest(text) {
  if (!globalThis.crypto?.subtle) return null;
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const node = el("details", { class: "copy-note" });
document.querySelector(".brand").after(node);

function draw() {
  const day = (text) => dateWords(text.slice(0, 10), lang());
  const verdict = found === null ? "unknown" : found === stated ? "same" : "differs";
  node.classList.toggle("is-wrong", verdict === "differs");
  node.replaceChildren(
    el("summary", {}, el("strong", {}, say(inside ? "title" : "site")), ` · ${say("until", { day: day(carries.recorded) })}`),
    el("p", {}, `${say("recorded", { day: day(carries.recorded) })} ${inside ? say("offline") : ""} ${carries.filters ? say("part", { filters: carries.filters[lang()] }) : ""} ${say("judged", { day: day(carries.judged) })}`),
    lacksParts ? el("p", { class: "copy-lacks", role: "alert" }, say("lacks")) : "",
    carries.many ? el("p", {}, say("many"), el("a", { href: "../README.md" }, say("files")), ".") : "",
    el("h3", {}, say("sources")),
    el("ul", {}, carries.sources.map(({ attribution, licence }) => el("li", { lang: "vi" }, `${attribution} · ${licence}`))),
    inside ? el("p", {}, `${say("sum")}: `, el("code", {}, stated), ` – ${say(verdict)}.`) : "");
}

node.open = lacksParts;
draw();
new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["lang"] });
