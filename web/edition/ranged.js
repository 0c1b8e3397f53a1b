/** Parts of a file beside the page, by HTTP Range: what a web server, a CDN or object storage gives, and `python -m http.server` does not. */

/** The bytes from `first` on, up to before `end`, as text. Raises where the server would send the whole file. */
export async function part(address, first, end, signal) {
  const asking = new AbortController();
  signal?.addEventListener("abort", () => asking.abort());
  const answer = await fetch(address, { signal: asking.signal, headers: { range: `bytes=${first}-${end - 1}` } });
  if (answer.status === 206) return answer.text();
  asking.abort(); // it may be very long
  throw new Error(`${address}: HTTP ${answer.status} in answer to a range`);
}

/** Whether the server gives a part of this file. */
export const givesParts = (address) => part(address, 0, 1).then(() => true, () => false);
