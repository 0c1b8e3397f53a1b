/** What the search field suggests in a copy of the map: the projects and units that it carries, by name. */

import { fold } from "../src/fold.js";

const MOST = { project: 8, unit: 5 };

/** `projects`: features whose names have the words; `units`: by collection, as the copy carries them. */
export function suggest(q, projects, units) {
  const words = fold(q).split(" ").filter(Boolean);
  if (!words.length) return [];
  const named = Object.values(units).flatMap(({ features }) => features).filter(({ properties: { full_name: name } }) => holds(name, words));
  const apart = (name) => Number(!` ${fold(name)}`.includes(` ${words.join(" ")}`));
  const best = [...projects].sort((a, b) => apart(a.properties.name_vi) - apart(b.properties.name_vi));
  return [
    ...best.slice(0, MOST.project).map(({ id, properties: p }) => ({ kind: "project", id, title_vi: p.name_vi, title_en: p.name_en ?? null,
      detail_vi: p.status_vi ?? "", detail_en: p.status_en ?? "", why: why("Tên", "Name", p.name_vi, words), href: `/?id=${encodeURIComponent(id)}`, layer: p.layer })),
    ...named.slice(0, MOST.unit).map(({ id, properties: { full_name: name } }) => ({ kind: "unit", id, title_vi: name, title_en: null, detail_vi: "",
      detail_en: "", why: why("Tên đơn vị", "Name of the unit", name, words), href: `/?district=${encodeURIComponent(id)}` })),
  ];
}

const holds = (name, words) => words.every((word) => ` ${fold(name)}`.includes(` ${word}`));

/** Where the words stand, counted in characters. */
function why(vi, en, text, words) {
  const marks = [];
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const from = [...text.slice(0, index)].length;
    if (words.some((one, i) => fold(word) === one || (i === words.length - 1 && fold(word).startsWith(one)))) marks.push([from, from + [...word].length]);
  }
  return { field_vi: vi, field_en: en, text, lang: "vi", marks, near: false };
}
