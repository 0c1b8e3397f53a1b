/** How the list is laid out: what it is grouped by, in which order, and the same rows as a file. */

import { el, glyph } from "./dom.js";
import { t } from "./i18n.js";

const GROUPS = ["layer", "status", "district", "due", "none"];
const SORTS = ["name", "-name", "due", "status", "district", "layer"];
/** Of what the downloads sort by: the rows of a file have no groups, so what groups them comes first. */
const IN_A_FILE = { layer: "layer", status: "status", name: "name_vi", "-name": "-name_vi" };

/** What the address asks for, as the API takes it: `layer` is what the list is grouped by where it says nothing. */
export function arrangement({ group, sort }) {
  return { group: GROUPS.includes(group) ? group : GROUPS[0], sort: SORTS.includes(sort) ? sort : "" };
}

/** Where the filtered projects stand as a table, in the order of the list as far as a file can have it. */
export function csvAddress(filters, shown) {
  const { group, sort } = arrangement(shown);
  const keys = [IN_A_FILE[group], IN_A_FILE[sort || "name"], "name_vi"].filter(Boolean);
  const sortby = keys.filter((key, i) => keys.findIndex((other) => other.replace("-", "") === key.replace("-", "")) === i).join(",");
  const given = Object.entries({ ...filters, sortby }).filter(([, value]) => value);
  return `/layers/projects.csv?${new URLSearchParams(given).toString().replaceAll("%2C", ",")}`;
}

/** `onArrange({group} | {sort})`: the reader chose otherwise. */
export function createArrange(root, { onArrange }) {
  const choice = (name, values, key, words) => {
    const select = el("select", { class: "arrange-select", id: `arrange-${name}`, onchange: () => onArrange({ [name]: select.value === values[0] ? "" : select.value }) });
    const label = el("label", { for: `arrange-${name}` });
    const say = (value) => {
      label.textContent = t(key);
      select.replaceChildren(...values.map((one) => el("option", { value: one, selected: one === (value || values[0]) }, words(one))));
    };
    return { node: el("span", { class: "arrange-part" }, label, select), say };
  };
  const [group, sort] = [choice("group", GROUPS, "groupBy", (one) => t(`groupBy-${one}`)), choice("sort", SORTS, "sortBy", (one) => t(`sortBy-${one}`))];
  const file = el("a", { class: "arrange-file", download: "" });
  root.append(group.node, sort.node, file);

  return {
    /** Say what holds. `address`: of the file. */
    draw(shown, address) {
      const { group: by, sort: order } = arrangement(shown);
      group.say(by);
      sort.say(order);
      file.replaceChildren(glyph("file"), el("span", {}, "CSV"));
      file.title = t("csvHint");
      file.setAttribute("aria-label", t("csvHint"));
      file.href = address;
    },
  };
}
