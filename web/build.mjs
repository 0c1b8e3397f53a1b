/** `node build.mjs`: the page of the map with its modules and style sheets in few files, named by what they hold, in build/.
 *
 * The sources run as they are; the server gives these files instead while none of the sources is newer (api/built.py).
 */

import { build } from "esbuild";
import subsetFont from "subset-font";
import { createHash } from "node:crypto";
import { brotliCompressSync } from "node:zlib";
import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(fileURLToPath(import.meta.url));
const out = join(web, "build");
const begun = new Date();
const page = await readFile(join(web, "index.html"), "utf8");
const scripts = [...page.matchAll(/<script[^>]* src="\/assets\/(src\/[^"]+)"[^>]*><\/script>/g)];
const sheets = [...page.matchAll(/^.*<link rel="stylesheet" href="([^"]+)"(?: media="([^"]+)")?>.*\n/gm)];

/** An address of ours → the file that it names; what a style sheet shows (fonts, drawings) keeps its address. */
const served = { name: "served", setup({ onResolve }) {
  // Its modules, not its one file: a bundle takes their names over, and a browser reads them once where the file, one great function, is read twice.
  onResolve({ filter: /\/leaflet\.js$/ }, () => ({ path: join(web, "node_modules/leaflet/dist/leaflet-src.esm.js") }));
  onResolve({ filter: /./ }, ({ path, kind, importer }) => {
    if (kind === "url-token") return { path: new URL(path, `http://here/vendor/${relative(join(web, "node_modules"), importer)}`).href.slice("http://here".length), external: true };
    if (!/^\/(vendor|assets)\//.test(path)) return null;
    return { path: path.startsWith("/vendor/") ? join(web, "node_modules", path.slice("/vendor/".length)) : join(web, path.slice("/assets/".length)) };
  });
} };

/** The drawings of the page stand in it and are used by their ids: by address, the browser would fetch and read their file anew for many a sign that comes later. */
const DRAWN = /\/assets\/icons\/ui\.svg#/g;
const drawings = (await readFile(join(web, "icons/ui.svg"), "utf8")).replace(/<!--.*?-->/gs, "").replace(/>\s+</g, "><").replaceAll(' id="', ' id="ui-')
  .replace("<svg ", '<svg class="sprite-sheet" aria-hidden="true" ').trim();
const byId = { name: "by-id", setup({ onLoad }) {
  onLoad({ filter: /\/web\/src\/.*\.js$/ }, async ({ path }) => ({ contents: (await readFile(path, "utf8")).replace(DRAWN, "#ui-"), loader: "js" }));
} };

const common = { absWorkingDir: web, bundle: true, minify: true, charset: "utf8", outdir: out, entryNames: "[name]-[hash]", chunkNames: "part-[hash]",
  metafile: true, legalComments: "none", target: ["chrome109", "firefox115", "safari16.4"], plugins: [served, byId], logLevel: "error" };

/** The letters of Vietnamese and English, and the signs that are set between them: one small file per weight. All others come from type.css. */
const RANGES = [[0x20, 0x7e], [0xa0, 0xa0], [0xa9, 0xa9], [0xab, 0xab], [0xb0, 0xb0], [0xb2, 0xb3], [0xb7, 0xb7], [0xbb, 0xbb], [0xc0, 0xc3], [0xc8, 0xca], [0xcc, 0xcd], [0xd2, 0xd5], [0xd7, 0xd7],
  [0xd9, 0xda], [0xdd, 0xdd], [0xe0, 0xe3], [0xe8, 0xea], [0xec, 0xed], [0xf2, 0xf5], [0xf9, 0xfa], [0xfd, 0xfd], [0x102, 0x103], [0x110, 0x111], [0x128, 0x129],
  [0x168, 0x169], [0x1a0, 0x1a1], [0x1af, 0x1b0], [0x1ea0, 0x1ef9], [0x2013, 0x2014], [0x2018, 0x2019], [0x201c, 0x201d], [0x2022, 0x2022], [0x2026, 0x2026], [0x2032, 0x2033], [0x20ab, 0x20ab], [0x2190, 0x2193], [0x2212, 0x2212]];
const LETTERS = RANGES.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i))).join("");
const COVERED = RANGES.map(([from, to]) => `U+${from.toString(16)}${to > from ? `-${to.toString(16)}` : ""}`).join(",");

/** What a browser does by itself with letters (they join, they stand close, marks stand on them), and the figures of one width that our sheets ask for. */
const FEATURES = ["kern", "liga", "clig", "calt", "rlig", "ccmp", "locl", "mark", "mkmk", "tnum"];

/** One weight of the typeface cut to those letters: {weight, href}. Half of a file were instructions for screens with large pixels, which phones pass over. */
async function cut([weight, name]) {
  const whole = await readFile(join(web, "node_modules/@expo-google-fonts/be-vietnam-pro", name, `BeVietnamPro_${name}.ttf`));
  const small = await subsetFont(whole, LETTERS, { targetFormat: "woff2", noHinting: true, keepFeatures: FEATURES });
  const file = `letters-${weight}-${createHash("sha256").update(small).digest("hex").slice(0, 8)}.woff2`;
  await writeFile(join(out, file), small);
  return { weight, href: `/assets/build/${file}` };
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const fonts = await Promise.all([[400, "400Regular"], [600, "600SemiBold"]].map(cut));
const faces = fonts.map(({ weight, href }) => `@font-face { font-family: "Be Vietnam Pro"; font-weight: ${weight}; font-display: swap; src: url("${href}") format("woff2"); unicode-range: ${COVERED}; }`).join("\n");
const styled = sheets.map(([, href, media]) => `@import ${JSON.stringify(href)}${media ? ` ${media}` : ""};`).join("\n") + faces;
const [modules, styles] = await Promise.all([
  build({ ...common, entryPoints: scripts.map(([, path]) => path), format: "esm", splitting: true }),
  build({ ...common, entryNames: "map-[hash]", stdin: { contents: styled, loader: "css", resolveDir: web } })]);

const address = (path) => `/assets/build/${basename(path)}`;
const made = Object.entries(modules.metafile.outputs);
const outOf = (path) => made.find(([, { entryPoint }]) => entryPoint === path);
/** The parts that an entry needs at once, so that the browser asks for all of them together. */
const needed = (name, seen = new Set()) => {
  for (const { path, kind } of modules.metafile.outputs[name].imports) {
    if (kind === "import-statement" && !seen.has(path)) needed(path, seen.add(path));
  }
  return seen;
};

let written = page;
sheets.forEach(([line], i) => {
  written = written.replace(line, i ? "" : `  <link rel="stylesheet" href="${address(Object.keys(styles.metafile.outputs)[0])}">\n`);
});
written = written.replace(/^.*<link rel="preload"[^>]* as="font"[^>]*>\n/m, fonts.map(({ href }) => `  <link rel="preload" href="${href}" as="font" type="font/woff2" crossorigin>\n`).join(""));
for (const [tag, path] of scripts) {
  const [name] = outOf(path);
  const preloads = [...needed(name)].map((part) => `<link rel="modulepreload" href="${address(part)}">\n  `).join("");
  const later = modules.metafile.outputs[name].imports.filter(({ kind }) => kind === "dynamic-import").flatMap((one) => [one.path, ...needed(one.path)]);
  const parts = later.length ? ` data-parts="${[...new Set(later)].map(address).join(" ")}"` : ""; // start.js asks for them
  written = written.replace(tag, `${preloads}${tag.replace(`/assets/${path}"`, `${address(name)}"${parts}`)}`);
}
for (const name of (await readdir(out)).filter((one) => /\.(js|css)$/.test(one))) await writeFile(join(out, `${name}.br`), brotliCompressSync(await readFile(join(out, name))));
written = written.replace(DRAWN, "#ui-").replace("</body>", () => `${drawings}</body>`);
await writeFile(join(out, "index.html"), written);
await utimes(join(out, "index.html"), begun, begun);
