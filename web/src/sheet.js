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

  /** The stop whose height is nearest to that at which it was let go, of those that lie the way it was drawn. */
  function nearest(height, isUp) {
    const found = STOPS.map((stop) => {
      root.dataset.stop = stop;
      return { stop, high: root.offsetHeight };
    }).filter(({ high }) => (isUp ? high > from.height : high < from.height)).sort((a, b) => Math.abs(a.high - height) - Math.abs(b.high - height));
    return found[0]?.stop ?? from.stop;
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
    from = { y: event.clientY, height: root.offsetHeight, stop: root.dataset.stop, moved: false };
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
    if (!from?.moved) return;
    const height = root.offsetHeight;
    root.style.removeProperty("height");
    const stop = nearest(height, height > from.height);
    root.style.height = `${height}px`;
    root.getBoundingClientRect(); // it goes on from where it was let go
    root.classList.remove("dragged");
    stand(stop);
  });

  // What has the focus, or a column of tools, is never beneath it.
  document.querySelector("main").addEventListener("focusin", ({ target }) => {
    if (PHONE.matches && target.matches(":focus-visible, .map-button")) stand("peek");
  });

  return {
    /** At least half open, so that what was asked for can be seen. */
    open() { if (PHONE.matches && root.dataset.stop === STOPS[0]) stand("half"); },
    /** Out of the way of the map. */
    peek() { if (PHONE.matches) stand("peek"); },
  };
}
