/* Light or dark, written to <html data-theme> before the first paint: what the reader chose, else what the system wishes.
 * A plain script, so that nothing is drawn before it has run. Whoever draws in colours of its own listens to `themechange`. */
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const wished = () => (system.matches ? "dark" : "light");
  let chosen = "auto";

  const read = () => {
    try {
      chosen = localStorage.getItem("theme") ?? "auto";
    } catch { /* storage is closed: the choice lasts as long as the page */ }
  };
  const resolved = () => (["light", "dark"].includes(chosen) ? chosen : wished());

  const apply = () => {
    const theme = resolved();
    const changed = root.dataset.theme !== theme;
    root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(theme === "dark"));
    }
    document.querySelector("meta[name='theme-color']")?.setAttribute("content", getComputedStyle(root).getPropertyValue("--paper").trim());
    if (changed) document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  };

  /** The other one; where that is what the system wishes, nothing need be remembered. */
  const turn = () => {
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    chosen = next === wished() ? "auto" : next;
    try {
      localStorage.setItem("theme", chosen);
    } catch { /* as above */ }
    apply();
  };

  read();
  root.dataset.theme = resolved();
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    // On a phone the row of pages is longer than the screen: the page that one is on stands in sight, in whatever letters have come.
    const [row, here] = [".page-nav", ".page-nav [aria-current]"].map((part) => document.querySelector(part));
    if (!here) return;
    const inSight = () => { row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2; };
    inSight();
    document.fonts.addEventListener("loadingdone", inSight);
  });
  document.addEventListener("click", (event) => event.target.closest?.("[data-theme-switch]") && turn());
  system.addEventListener("change", apply);
  addEventListener("storage", (event) => {
    if (event.key !== "theme") return;
    read();
    apply();
  });
}
