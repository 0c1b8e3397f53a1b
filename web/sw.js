/** The map without a network: what was seen last can be read again, with its age said. Online nothing old is ever shown.
 *
 * Versioned files come from the cache first, since they never change; all else is asked for, and the copy kept is given only where
 * no answer comes. `VERSION` is filled in by the server: another release makes another worker, whose caches are its own.
 */

const VERSION = "{version}";
const [FILES, SEEN] = [`files-${VERSION}`, `seen-${VERSION}`];
const MOST = { [FILES]: 80, [SEEN]: 120 };
const LARGEST = 4_000_000;
/** When an answer was kept: the page says so when it has to show it. */
const KEPT = "x-kept-at";

const isVersioned = ({ pathname, searchParams }) => pathname.startsWith("/assets/build/") || searchParams.has("v");
const isOurs = ({ origin, pathname }) => origin === location.origin && !/^\/(layers|releases|metrics|healthz|readyz|sw\.js)/.test(pathname);

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  const old = (await caches.keys()).filter((name) => ![FILES, SEEN].includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !isOurs(url) || request.headers.has("range")) return;
  event.respondWith(isVersioned(url) ? fileFirst(request) : networkFirst(request, event));
});

/** What the first page asked for before there was a worker: addresses of our own, told by the page. */
self.addEventListener("message", ({ data }) => {
  for (const address of Array.isArray(data) ? data.slice(0, MOST[SEEN]) : []) {
    const url = new URL(address, location.href);
    if (!isOurs(url)) continue;
    const request = new Request(url, { headers: { accept: url.pathname === "/" ? "text/html" : "application/json, */*" } });
    (isVersioned(url) ? fileFirst(request) : networkFirst(request, { waitUntil: () => {} })).catch(() => {});
  }
});

async function fileFirst(request) {
  const kept = await caches.match(request, { cacheName: FILES });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await keep(FILES, request, answer.clone());
  return answer;
}

async function networkFirst(request, event) {
  try {
    const answer = await fetch(request);
    if (answer.ok && Number(answer.headers.get("content-length") ?? 0) < LARGEST) event.waitUntil(keep(SEEN, request, answer.clone(), new Date()));
    return answer;
  } catch (error) {
    const kept = await caches.match(request, { cacheName: SEEN }) ?? await caches.match(request, { cacheName: SEEN, ignoreVary: true })
      ?? (request.mode === "navigate" ? await caches.match("/", { cacheName: SEEN, ignoreVary: true, ignoreSearch: true }) : undefined);
    if (!kept) throw error;
    return kept;
  }
}

/** Keep an answer, the newest last; the oldest leave when there are too many. */
async function keep(name, request, answer, at = null) {
  const cache = await caches.open(name);
  const headers = new Headers(answer.headers);
  if (at) headers.set(KEPT, at.toISOString());
  await cache.delete(request);
  await cache.put(request, new Response(await answer.blob(), { status: answer.status, headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST[name])).map((old) => cache.delete(old)));
}
