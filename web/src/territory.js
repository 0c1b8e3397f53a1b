/** The units on the ground, wired: outlines and names of the day shown, and the chosen territory; each fetched when it is first drawn. */

import * as api from "./api.js";
import { collectionOf } from "./outlines.js";
import { extent } from "./units.js";

/** What is drawn beside a generation from near. */
const WITHIN = { "districts-2024": ["communes-2024"] };

/** `day()` is the one shown, `onNamed()` is called when the old communes have names, `onFail(error)` when outlines cannot be had. */
export function createTerritory({ map, base, units, outlines, ground, labels, state, day, onNamed, onFail }) {
  let generation = null;
  let other = null;
  let naming = null;

  /** The names of the old communes, which are many, come when somebody looks for one. */
  const name = () => {
    naming ??= api.units("communes-2024").then((found) => {
      units.add("communes-2024", found);
      onNamed();
      draw({ move: false });
    }).catch((error) => { naming = null; onFail(error); });
    return naming;
  };

  /** A generation with its names and outlines. */
  async function complete(collection) {
    if (collection === "communes-2024") await name();
    await outlines.need(collection);
  }
  const later = (names, then) => Promise.all(names.map(complete)).then(then).catch(onFail);

  /** Outlines and names of the units that there were on the day shown. */
  function show({ again = false } = {}) {
    const then = units.on(day());
    if (then === generation && !again) return;
    generation = then;
    ground.show(then);
    if (other) ground.beside(other);
    labels.show(then, other);
    const late = [then, ...WITHIN[then] ?? []].filter((name) => !outlines.has(name));
    if (late.length) later(late, () => show({ again: true }));
  }

  /**
   * Outlines and names of the units that there were on the day that is compared with, null where there is none. True once they
   * stand beside those of the day shown; false where they are the same, or cannot be had.
   */
  async function beside(day) {
    const then = day ? units.on(day) : null;
    const wanted = then === generation ? null : then;
    const here = wanted && await complete(wanted).then(() => true, onFail);
    if (!here && !other) return false;
    other = here ? wanted : null;
    drawBeside();
    const late = other ? (WITHIN[other] ?? []).filter((name) => !outlines.has(name)) : [];
    if (late.length) later(late, drawBeside);
    return Boolean(other);
  }

  function drawBeside() {
    ground.beside(other);
    labels.show(generation, other);
  }

  /** What `beside` will need is asked for. */
  const coming = (day) => complete(units.on(day)).catch(() => {}); // it will ask again, and tell

  /** A name may mean a unit of several times: all are outlined, and the veil is off the largest, lest one veil the other. */
  function draw({ move }) {
    const meant = state.shown.district.map((value) => units.find(value));
    if (!naming && meant.some((found) => !found.length)) name();
    const late = [...new Set(meant.flat().map(collectionOf))].filter((name) => base[name] && !outlines.has(name));
    if (late.length) { later(late, () => draw({ move })); return; }
    const found = meant.map((same) => same.filter(({ geometry }) => geometry));
    const bounds = ground.territory(found.flat(), found.flatMap((same) => same.slice().sort((a, b) => extent(b) - extent(a)).slice(0, 1)));
    if (bounds && move) map.fit(bounds);
  }

  return { show, beside, coming, draw, complete, name };
}
