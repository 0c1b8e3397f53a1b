/** `node lighthouse.mjs ADDRESS CHROMIUM`: what Lighthouse measures of a page as a phone on slow 4G sees it, as JSON. */

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [address, chromePath] = process.argv.slice(2);
const chrome = await launch({ chromePath, logLevel: "silent", chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
try {
  const { lhr } = await lighthouse(address, { port: chrome.port, logLevel: "silent", output: "json", onlyCategories: ["performance", "accessibility", "best-practices"] });
  const score = (id) => lhr.categories[id].score;
  const value = (id) => lhr.audits[id].numericValue;
  const failed = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 0.9).map(({ id, score: reached, displayValue }) => [id, reached, displayValue ?? ""]);
  process.stdout.write(JSON.stringify({ performance: score("performance"), accessibility: score("accessibility"), best_practices: score("best-practices"),
    lcp_ms: value("largest-contentful-paint"), tbt_ms: value("total-blocking-time"), cls: value("cumulative-layout-shift"), fcp_ms: value("first-contentful-paint"), failed }));
} finally {
  await chrome.kill();
}
