/** The answers that the server would give, worked out of what a copy of the map carries: one state of the record, any day. */

import { shownDay, today } from "../src/days.js";
import { fold } from "../src/fold.js";
import { readUnits } from "../src/units.js";

/** As `fold` of the store does: these stand for their words wherever names are searched. */
export const SHORT = { kcn: "khu cong nghiep", ccn: "cum cong nghiep", kkt: "khu kinh te", kdl: "khu du lich", kdt: "khu do thi",
  ntm: "nong thon moi", noxh: "nha o xa hoi" };
const FACETS = { status: "status", layer: "layer", condition: "condition" };
const STATE = ["status", "status_vi", "status_en", "condition", "valid_from"];
export const UNASSIGNED = "chua-xac-dinh@";

/** The units that one value of the filter means: those of a district's name, else today's, else the old communes. */
export function meant(readings, value) {
  const found = readings.find(value).map(({ id, properties: { level, generation } }) => ({ id, level, generation }));
  const first = [found.filter(({ level }) => level === "district"), found.filter(({ generation }) => generation === "2025-07"), found];
  return first.find((some) => some.length)?.map(({ id }) => id) ?? [];
}

/**
 * `carried` = {features, carried: {id: {states, units, search}}, units: {collection: GeoJSON}, ended: {id: unit},
 * history: {id: answer}, timeline}. Every function takes the filters as the API does and gives what the API gives.
 */
export function createAnswers({ features, carried, units, ended, history, timeline }) {
  const readings = readUnits(units);

  /** The feature as it stood on a day. */
  function at(feature, day) {
    const { states } = carried[feature.id];
    const [, , state] = states.findLast(([from]) => !from || from <= day) ?? states[0];
    return { ...feature, properties: { ...feature.properties, ...state } };
  }

  const listed = (text) => (text ? text.split(",") : []);
  const dayOf = ({ datetime }) => (datetime && shownDay(datetime)) || today();

  function inUnits(values) {
    const wanted = new Set(values.filter((value) => !value.startsWith(UNASSIGNED)).flatMap((value) => meant(readings, value)));
    const open = values.filter((value) => value.startsWith(UNASSIGNED)).map((value) => goals(value.slice(UNASSIGNED.length)));
    return ({ id }) => carried[id].units.some((unit) => wanted.has(unit)) || open.some((generation) => !carried[id].units.some((unit) => generation.has(unit)));
  }

  const goals = (generation) => new Set((units[generation]?.features ?? []).map(({ id }) => id));

  /** All words stand in the names, the last one perhaps unfinished. */
  function named(q) {
    const words = fold(q).split(" ").map((word) => SHORT[word] ?? word).join(" ").split(" ").filter(Boolean);
    const last = words.pop();
    return ({ id }) => Boolean(last) && words.every((word) => carried[id].search.includes(` ${word} `)) && carried[id].search.includes(` ${last}`);
  }

  /** Features on the day asked for that every filter lets through; `without`: the one filter to leave out. */
  function matched(filters, without = "") {
    const tests = Object.keys(FACETS).filter((name) => filters[name] && name !== without)
      .map((name) => [name, new Set(listed(filters[name]))])
      .map(([name, wanted]) => ({ properties }) => wanted.has(properties[name]));
    if (filters.ids) tests.push(((wanted) => ({ id }) => wanted.has(id))(new Set(listed(filters.ids))));
    if (filters.district) tests.push(inUnits(listed(filters.district)));
    if (filters.q) tests.push(named(filters.q));
    const day = dayOf(filters);
    return features.map((feature) => at(feature, day)).filter((feature) => tests.every((test) => test(feature)));
  }

  function tally(values) {
    const counted = {};
    for (const value of values) counted[value] = (counted[value] ?? 0) + 1;
    return counted;
  }

  return {
    projects(filters) {
      const found = matched(filters);
      return { features: found, numberMatched: found.length };
    },

    counts(filters) {
      const found = matched(filters);
      const located = found.filter(({ geometry }) => geometry).length;
      const facets = Object.keys(FACETS).map((name) => [name, tally(matched(filters, name).map(({ properties }) => properties[name]))]);
      const gone = listed(filters.district).flatMap((value) => meant(readings, value)).map((id) => ended[id]).filter(Boolean);
      return { numberMatched: found.length, located, unlocated: found.length - located, ...Object.fromEntries(facets), units: gone };
    },

    /** One feature; undefined where the copy carries none of this id. */
    project(id, clocks) {
      const feature = features.find((one) => one.id === id);
      return feature && at(feature, dayOf(clocks));
    },

    history: (id) => history[id],

    timeline(filters) {
      const told = new Map();
      for (const { id } of matched({ ...filters, datetime: "" })) {
        for (const { valid_from: date } of history[id].facts) told.set(date, [...(told.get(date) ?? []), id]);
      }
      const days = timeline.days.filter(({ date }) => told.has(date))
        .map((day) => ({ ...day, facts: told.get(day.date).length, features: new Set(told.get(day.date)).size }));
      return { ...timeline, days };
    },

    /** `datetime`: the two days, the earlier first. */
    changes(filters) {
      const [from, to] = filters.datetime.split("/");
      const state = (properties, names) => Object.fromEntries(names.map((name) => [name, properties[name]]));
      const changed = matched({ ...filters, datetime: to }).map((after) => [at(after, from), after])
        .filter(([{ properties: a }, { properties: b }]) => a.status !== b.status || a.condition !== b.condition)
        .map(([{ properties: before }, { id, properties: after }]) => ({
          id, layer: after.layer, name_vi: after.name_vi, name_en: after.name_en, before: state(before, STATE),
          after: { ...state(after, [...STATE, "condition_valid_from", "basis"]), source: after.status_source, source_url: after.status_source_url, clause: after.status_clause },
        }));
      return { changes: changed, from, to, numberMatched: changed.length };
    },

    countsByUnit(generation, filters) {
      const found = matched(filters);
      const rows = units[generation].features.map(({ id, properties: { full_name: name } }) => {
        const inside = found.filter((feature) => carried[feature.id].units.includes(id));
        return { id, full_name: name, numberMatched: inside.length, status: tally(inside.map(({ properties }) => properties.status)) };
      });
      const every = goals(generation);
      const assigned = found.filter(({ id }) => carried[id].units.some((unit) => every.has(unit))).length;
      return { generation, numberMatched: found.length, unassigned: found.length - assigned, units: rows };
    },
  };
}
