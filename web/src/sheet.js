/** On a phone the left column is a sheet that is pulled up over the map: a peek, half, or nearly all of the screen. */

const STOPS = ["peek", "half", "full"];
export const PHONE = window.matchMedia("(max-width: 760px)");

/** `onRest()` is called when the sheet stands still again. */
export function createSheet(root, handle, onRest) {
  let from = null;

  function stand(stop) {
    root.dataset.stop = stop;
    root.style.removeProperty("height");
    handle.setAttribute("aria-expanded", String(stop !== "peek"));
    setTimeout(onRest, 260);
  }

  handle.addEventListener("click", () => {
    if (from?.moved) return;
    stand(root.dataset.stop === "peek" ? "half" : root.dataset.stop === "half" ? "full" : "peek");
  });

  handle.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    stand(STOPS[Math.max(0, Math.min(STOPS.length - 1, STOPS.indexOf(root.dataset.stop) + step))]);
  });

  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    from = { y: event.clientY, height: root.offsetHeight, moved: false };
  });

  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const height = from.height + from.y - event.clientY;
    from.moved ||= Math.abs(event.clientY - from.y) > 6;
    if (from.moved) {
      root.classList.add("dragged");
      root.style.height = `${Math.max(120, Math.min(height, innerHeight * 0.94))}px`;
    }
  });

  handle.addEventListener("pointerup", () => {
    root.classList.remove("dragged");
    if (!from?.moved) return;
    const share = root.offsetHeight / innerHeight;
    stand(share < 0.33 ? "peek" : share < 0.74 ? "half" : "full");
  });

  return {
    /** At least half open, so that what was asked for can be seen. */
    open() { if (PHONE.matches && root.dataset.stop === STOPS[0]) stand("half"); },
    /** Out of the way of the map. */
    peek() { if (PHONE.matches) stand("peek"); },
  };
}
