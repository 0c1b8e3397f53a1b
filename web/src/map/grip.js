/** The pointer on the map, while a tool holds it: places that are pressed, and strokes that are drawn. */

const STILL_PX = 5;

/**
 * `onPress(place)` for a press; with `stroke` = {onMove(places), onEnd(places)} a drag draws instead of moving the map. Gives what lets go.
 */
export function hold(map, { onPress, stroke }) {
  const root = map.getContainer();
  let from = null;
  let drawn = null;
  let moved = false;

  const place = (event) => map.mouseEventToLatLng(event);
  const listeners = {
    pointerdown(event) {
      if (!event.isPrimary || event.button) return;
      from = { x: event.clientX, y: event.clientY };
      moved = false;
      if (!stroke) return;
      drawn = [place(event)];
      root.setPointerCapture(event.pointerId);
    },
    pointermove(event) {
      if (!from || !event.isPrimary) return;
      moved ||= Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL_PX;
      if (!drawn || !moved) return;
      drawn.push(place(event));
      stroke.onMove(drawn);
    },
    pointerup() {
      if (drawn && moved) stroke.onEnd(drawn);
      [from, drawn] = [null, null];
    },
    pointercancel() {
      [from, drawn] = [null, null];
    },
    click(event) {
      event.stopPropagation();
      if (!moved) onPress?.(place(event));
    },
  };
  for (const [name, listener] of Object.entries(listeners)) root.addEventListener(name, listener, true);
  map.doubleClickZoom.disable();
  if (stroke) {
    map.dragging.disable();
    map.boxZoom.disable();
  }
  root.classList.add("is-held");

  return () => {
    for (const [name, listener] of Object.entries(listeners)) root.removeEventListener(name, listener, true);
    map.doubleClickZoom.enable();
    map.dragging.enable();
    map.boxZoom.enable();
    root.classList.remove("is-held");
  };
}
