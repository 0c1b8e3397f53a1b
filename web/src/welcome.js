/** What helps who comes for the first time: the keys, the tour, and which of them come unasked. */

const SEEN = "tour";

function remembered() {
  try {
    return localStorage.getItem(SEEN);
  } catch {
    return "none"; // where nothing can be kept, the tour would come each time
  }
}

const tour = () => import("./tour.js").then(({ startTour }) => startTour({ onEnd: () => {
  try { localStorage.setItem(SEEN, "seen"); } catch { /* it comes again, on request only */ }
} }));
const help = () => import("./help.js").then(({ openHelp }) => openHelp({ onTour: tour }));
const isTyping = ({ target }) => target.closest("input, textarea, select, [contenteditable]") !== null;

/** A tool on the `map` that opens the keys; "?" opens them from anywhere, "/" goes to the search box. The tour comes by itself to who
 *  opens the bare address for the first time: who follows a link to something, a view included (`first` is false then), is not held up. */
export function createWelcome({ map, search, first }) {
  map.addTool({ id: "help", label: "help", onPress: help });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (event.key === "?" && !document.querySelector("dialog[open]")) help();
    else if (event.key === "/") search.focus();
    else return;
    event.preventDefault();
  });
  return {
    help,
    /** The map stands, so that the tour has something to show. */
    greet() {
      if (first && ["", "?lang=en", "?lang=vi"].includes(location.search) && !remembered()) tour();
    },
  };
}
