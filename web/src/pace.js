/** Work in pieces short enough that the browser paints, and answers whoever presses, between them. */

const channel = globalThis.scheduler?.yield ? null : new MessageChannel();
const waiting = [];
if (channel) channel.port1.onmessage = () => waiting.shift()?.();

/** The next piece begins when the browser has done what is more urgent; unlike a timer it is not slowed down in a tab behind others. */
export function pause() {
  if (!channel) return globalThis.scheduler.yield();
  return new Promise((go) => {
    waiting.push(go);
    channel.port2.postMessage(null);
  });
}

/** So long may a piece of work be: a phone four times as slow still answers within a blink. */
const PIECE_MS = 4;
let began = 0;

/** Between two parts of a longer work: it goes on at once while the piece is short, else when the browser has had its turn. */
export async function breathe() {
  if (performance.now() - began < PIECE_MS) return;
  await pause();
  began = performance.now();
}

/** When the next picture has been handed over: whoever presses sees that it was felt, and the work comes after. A tab behind others shows none. */
export const picture = () => new Promise((go) => (document.hidden ? go() : requestAnimationFrame(go))).then(pause);

/** `work`, done once after the next picture however often it is asked for: what it measures is laid out by then. */
export function oncePerFrame(work) {
  let asked = false;
  return async () => {
    if (asked) return;
    asked = true;
    await picture();
    asked = false;
    work();
  };
}

/** When nothing is left to do that the reader waits for, or after two seconds. */
export const whenIdle = () => new Promise((go) => (globalThis.requestIdleCallback ? requestIdleCallback(go, { timeout: 2000 }) : setTimeout(go, 200)));
