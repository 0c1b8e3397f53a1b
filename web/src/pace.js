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

/** `work`, done once after the next picture however often it is asked for: what it measures is laid out by then. */
export function oncePerFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(async () => {
      await pause();
      asked = false;
      work();
    });
  };
}

/** When nothing is left to do that the reader waits for, or after two seconds. */
export const whenIdle = () => new Promise((go) => (globalThis.requestIdleCallback ? requestIdleCallback(go, { timeout: 2000 }) : setTimeout(go, 200)));
