/** How high the bar of time stands, told to what keeps clear of it. */

/** Call it while the page holds little: the style of all of it depends on what this sets. */
export function tellTimeHeight() {
  const bar = document.querySelector("#time");
  new ResizeObserver(() => document.body.style.setProperty("--time-height", `${bar.offsetHeight}px`)).observe(bar);
}
