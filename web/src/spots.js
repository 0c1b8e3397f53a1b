/** A place that was asked for by its coordinates: it stands in the URL (`point=lat,lon`), and its card comes when there is one. */

/** `map` as `createMap` makes it; `onShown()` when a place is shown. */
export function addSpots(map, state, { card, onShown }) {
  let drawn = null;
  const draw = async () => {
    const { point } = state.shown;
    if (!point && !drawn) return;
    drawn ??= import("./spot.js").then(({ createSpot }) => createSpot(card, map, { onClose: () => state.set({ point: "" }) }));
    const spot = await drawn;
    if (point) onShown();
    await spot.show(state.shown.point);
  };
  state.onChange((_, changed) => { if (changed.has("point") || (changed.has("lang") && state.shown.point)) draw(); });
  draw();
}
