/** `node lighthouse.mjs ADDRESS CHROMIUM`: what Lighthouse measures of a page as a phone on slow 4G sees it, as JSON. */

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [address, chromePath] = process.argv.slice(2);
const chrome = await launch({ chromePath, logLevel: "silent", chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"] });

/** Total blocking time of a phone four times as slow, counted in the time that the page's thread had a processor: on a busy machine the clock on the wall counts the others. */
function blockedByThread(events) {
  const started = events.filter(({ name, args }) => name === "navigationStart" && /^https?:/.test(args.data?.documentLoaderURL ?? "")).at(-1);
  const painted = events.find(({ name, pid, ts }) => name === "firstContentfulPaint" && pid === started?.pid && ts >= started.ts);
  if (!painted) return null;
  const tasks = events.filter(({ name, ph, pid, tid, ts }) => ph === "X" && name.endsWith("RunTask") && pid === started.pid && tid === started.tid && ts >= painted.ts);
  return tasks.reduce((sum, { tdur = 0 }) => sum + Math.max(0, (tdur / 1000) * 4 - 50), 0);
}

try {
  const { lhr, artifacts } = await lighthouse(address, { port: chrome.port, logLevel: "silent", output: "json", onlyCategories: ["performance", "accessibility", "best-practices"] });
  const score = (id) => lhr.categories[id].score;
  const value = (id) => lhr.audits[id].numericValue;
  const failed = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 0.9).map(({ id, score: reached, displayValue }) => [id, reached, displayValue ?? ""]);
  const figures = { tbt_thread_ms: blockedByThread(artifacts.Trace?.traceEvents ?? artifacts.traces?.defaultPass?.traceEvents ?? []), performance: score("performance"), accessibility: score("accessibility"), best_practices: score("best-practices"),
    lcp_ms: value("largest-contentful-paint"), tbt_ms: value("total-blocking-time"), cls: value("cumulative-layout-shift"), fcp_ms: value("first-contentful-paint") };
  const without = Object.keys(figures).filter((name) => !Number.isFinite(figures[name]));
  const why = [lhr.runtimeError?.code, ...new Set(Object.values(lhr.audits).map(({ errorMessage }) => errorMessage))].filter(Boolean);
  process.stdout.write(JSON.stringify({ ...figures, lacks: without.length ? `${without.join(", ")}: ${why.join("; ") || "no reason told"}` : null, machine_index: lhr.environment.benchmarkIndex, failed }));
} finally {
  await chrome.kill();
}
