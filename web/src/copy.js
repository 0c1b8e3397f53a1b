/** A button on every `pre[data-copy]` that puts its text on the clipboard. Without a clipboard there is no button. */

import { el } from "./dom.js";

const SHOWN_MS = 1800;
const words = document.documentElement.lang === "en" ? { copy: "Copy", copied: "Copied" } : { copy: "Chép", copied: "Đã chép" };

function offer(block) {
  const text = block.textContent;
  const button = el("button", { type: "button", class: "copy", "aria-live": "polite" }, words.copy);
  let back;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(block); // the browser said no: then Ctrl-C is one key away
      return;
    }
    button.textContent = words.copied;
    clearTimeout(back);
    back = setTimeout(() => (button.textContent = words.copy), SHOWN_MS);
  });
  const frame = el("div", { class: "copyable" });
  block.replaceWith(frame);
  frame.append(block, button);
}

if (navigator.clipboard) document.querySelectorAll("pre[data-copy]").forEach(offer);
