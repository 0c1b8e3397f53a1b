/** The answers about more projects than a page can carry: columns of small numbers, rows in pages, each project out of the release's GeoJSON. */

import { ApiError } from "../src/api.js";
import { fold } from "../src/fold.js";
import { readUnits } from "../src/units.js";
import { meant, SHORT, UNASSIGNED } from "./answers.js";
import { part } from "./ranged.js";
import { rowsOf } from "./rows.js";

const FACETS = ["status", "layer", "condition"];
const json = async (name) => (await fetch(name)).json();
const listed = (text) => (text ? text.split(",") : []);
const words = (text) => fold(text).split(" ").map((word) => SHORT[word] ?? word).join(" ");

/** `carries`: the edition, whose `many` is the address of that GeoJSON. A project's number is its line there. */
export async function createMany(carries) {
  const told = await json("many.json");
  const { codes, order, offsets, end, block, page } = told;
  const readings = readUnits(carries.units);
  const goals = (generation) => new Set((carries.units[generation]?.features ?? []).map(({ id }) => id));
  const all = order.length;
  const [ids, names, pages, numbers] = [once(() => json("many/ids.json")), once(async () => (await json("many/names.json")).map((name) => ` ${words(name)} `)), new Map(), new Map()];
  const place = new Int32Array(all);
  order.forEach((number, i) => { place[number] = i; });

  function once(ask) {
    let asked = null;
    return () => (asked ??= ask());
  }

  /** Which numbers pass each filter: [{facet, passes}]. */
  async function tests(filters) {
    const found = FACETS.filter((facet) => filters[facet]).map((facet) => {
      const wanted = listed(filters[facet]);
      const passing = codes[facet].map((code) => wanted.includes(code));
      return { facet, passes: (number) => passing[told[facet][number]] };
    });
    if (filters.district) {
      const values = listed(filters.district);
      const wanted = new Set(values.filter((value) => !value.startsWith(UNASSIGNED)).flatMap((value) => meant(readings, value)));
      const open = values.filter((value) => value.startsWith(UNASSIGNED)).map((value) => goals(value.slice(UNASSIGNED.length)));
      const passing = codes.units.map((held) => held.some((unit) => wanted.has(unit)) || open.some((goal) => !held.some((unit) => goal.has(unit))));
      found.push({ passes: (number) => passing[told.units[number]] });
    }
    if (filters.q) {
      const [every, all_] = [await names(), words(filters.q).split(" ").filter(Boolean)];
      const last = all_.pop();
      found.push({ passes: (number) => Boolean(last) && all_.every((word) => every[number].includes(` ${word} `)) && every[number].includes(` ${last}`) });
    }
    if (filters.ids) {
      const wanted = new Set(await Promise.all(listed(filters.ids).map(numberOf)));
      found.push({ passes: (number) => wanted.has(number) });
    }
    return found;
  }

  const remembered = new Map();
  /** The numbers that pass, in the order of their names; `without`: the one facet to leave out. */
  function matched(filters, without = "") {
    const key = JSON.stringify([filters.status, filters.layer, filters.condition, filters.district, filters.q, filters.ids, without]);
    if (!remembered.has(key)) {
      if (remembered.size > 8) remembered.clear();
      remembered.set(key, tests(filters).then((found) => {
        const held = found.filter(({ facet }) => !facet || facet !== without);
        return held.length ? order.filter((number) => held.every(({ passes }) => passes(number))) : order;
      }));
      remembered.get(key).catch(() => remembered.delete(key));
    }
    return remembered.get(key);
  }

  function tally(found, column) {
    const counted = new Array(codes[column].length).fill(0);
    for (const number of found) counted[told[column][number]] += 1;
    return Object.fromEntries(codes[column].map((code, i) => [code, counted[i]]).filter(([code, n]) => code && n));
  }

  async function numberOf(id) {
    if (!numbers.has(id)) numbers.set(id, (await ids()).indexOf(id));
    return numbers.get(id);
  }

  async function feature(id, signal) {
    const number = await numberOf(id);
    if (number < 0) throw new ApiError(404, null);
    const at = Math.floor(number / block);
    const text = await part(carries.many, offsets[at], offsets[at + 1] ?? end, signal).catch((error) => {
      throw error.name === "AbortError" ? error : new ApiError(0, null);
    });
    const found = JSON.parse(text.split("\n")[number % block].replace(/^,/, ""));
    return { ...found, id };
  }

  async function row(number) {
    const at = Math.floor(place[number] / page);
    if (!pages.has(at)) {
      if (pages.size > 40) pages.clear();
      pages.set(at, json(`many/rows-${at}.json`));
    }
    const found = (await pages.get(at))[place[number] % page];
    numbers.set(found.id, number);
    return found;
  }

  const features = (some, signal) => Promise.all(some.map((id) => feature(id, signal)));

  return {
    /** Those that are named; all others are drawn out of the tiles. */
    projects: async ({ ids: some }, signal) => {
      const found = await features(listed(some), signal);
      return { features: found, numberMatched: found.length };
    },

    async rows({ group = "none", sort = "", offset = 0, around = "", window = 100, ...filters }, signal) {
      if (filters.ids) return rowsOf((await this.projects(filters, signal)).features, carries.catalog, { group, sort, offset, around, window });
      const found = await matched(filters);
      const { arranged, groups } = arrange(found, group, sort);
      const at = around ? arranged.indexOf(await numberOf(around)) : Number(offset);
      const from = around ? (at < 0 ? found.length : Math.max(0, at - Math.floor(window / 2))) : at;
      return { rows: await Promise.all(arranged.slice(from, from + Number(window)).map(row)), numberMatched: found.length, offset: from, groups };
    },

    async counts(filters) {
      const found = await matched(filters);
      const located = found.reduce((sum, number) => sum + told.located[number], 0);
      const facets = await Promise.all(FACETS.map(async (facet) => [facet, tally(await matched(filters, facet), facet)]));
      const gone = listed(filters.district).flatMap((value) => meant(readings, value)).map((id) => carries.ended[id]).filter(Boolean);
      return { numberMatched: found.length, located, unlocated: found.length - located, ...Object.fromEntries(facets), units: gone };
    },

    async countsByUnit(generation, filters) {
      const found = await matched(filters);
      const every = goals(generation);
      const counted = new Map();
      let assigned = 0;
      for (const number of found) {
        const held = codes.units[told.units[number]].filter((unit) => every.has(unit));
        assigned += Number(held.length > 0);
        const status = codes.status[told.status[number]];
        for (const unit of held) {
          const of = counted.get(unit) ?? counted.set(unit, { n: 0, status: {} }).get(unit);
          of.n += 1;
          of.status[status] = (of.status[status] ?? 0) + 1;
        }
      }
      const units = carries.units[generation].features.map(({ id, properties: { full_name: name } }) =>
        ({ id, full_name: name, numberMatched: counted.get(id)?.n ?? 0, status: counted.get(id)?.status ?? {} }));
      return { generation, numberMatched: found.length, unassigned: found.length - assigned, units };
    },

    project: feature,

    /** The one fact that the published feature tells, its newest. */
    async history(id) {
      const { properties: p } = await feature(id);
      const fact = { id: 0, status: p.status, condition: null, basis: p.basis, valid_from: p.valid_from, source: p.status_source, source_url: p.status_source_url,
        text_vi: p.status_text_vi, effective: true, uncertain: p.status_uncertain };
      return { id, facts: p.status_source ? [fact] : [], mandates: [], orders: [] };
    },

    /** Whether the filters let a feature of a tile through, asked once for all of them. */
    async keeper(filters) {
      const found = await matched(filters);
      const passes = new Uint8Array(all);
      for (const number of found) passes[number] = 1;
      return ({ id, layer, properties }) => (codes.layer.includes(layer) && passes[id] ? properties : null);
    },
  };

  /** `found` in groups and in an order, as `/api/rows` lays them out. */
  function arrange(found, group, sort) {
    const by = sort.replace("-", "");
    const falling = sort.startsWith("-") ? -1 : 1;
    const [rankOf, orderOf] = [rank(group), rank(by)];
    const arranged = by === "name" && falling < 0 ? [...found].reverse() : [...found];
    if (rankOf || orderOf) arranged.sort((a, b) => (rankOf ? rankOf(a).place - rankOf(b).place : 0) || (orderOf ? falling * (orderOf(a).place - orderOf(b).place) : 0));
    const groups = [];
    if (rankOf) {
      arranged.forEach((number, first) => {
        const { key, full_name: name } = rankOf(number);
        if (groups.at(-1)?.key === key) groups.at(-1).numberMatched += 1;
        else groups.push({ key, first, numberMatched: 1, ...(name && { full_name: name }) });
      });
    }
    return { arranged, groups };
  }

  /** number → {place, key}: where its layer, its status or its unit stands among the others. */
  function rank(name) {
    const { catalog } = carries;
    const orders = {
      layer: () => catalog.layers.map(({ id }) => id),
      status: () => [...catalog.statuses].sort((a, b) => (a.id === "unknown") - (b.id === "unknown") || a.order - b.order).map(({ id }) => id),
    };
    if (orders[name]) {
      const sorted = orders[name]();
      const places = codes[name].map((key) => ({ key, place: sorted.indexOf(key) }));
      return (number) => places[told[name][number]];
    }
    if (name !== "district") return null;
    const today = new Map(carries.units["units-2025-07"].features.map(({ id, properties }) => [id, properties.full_name]));
    const sorted = [...new Set(today.values())].sort(new Intl.Collator("vi").compare);
    const places = codes.units.map((held) => {
      const inside = [...new Set(held.filter((unit) => today.has(unit)))];
      if (inside.length === 1) return { key: inside[0], full_name: today.get(inside[0]), place: sorted.indexOf(today.get(inside[0])) };
      return inside.length ? { key: "several", place: sorted.length } : { key: "none", place: sorted.length + 1 };
    });
    return (number) => places[told.units[number]];
  }
}
