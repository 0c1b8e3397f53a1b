/** `node build.mjs`: the page of the map with its modules and style sheets in few files, named by what they hold, in build/.
 *
 * The sources run as they are; the server gives these files instead while none of the sources is newer (api/built.py).
 */

import { build } from "esbuild";
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
  onResolve({ filter: /./ }, ({ path, kind, importer }) => {
    if (kind === "url-token") return { path: new URL(path, `http://here/vendor/${relative(join(web, "node_modules"), importer)}`).href.slice("http://here".length), external: true };
    if (!/^\/(vendor|assets)\//.test(path)) return null;
    return { path: path.startsWith("/vendor/") ? join(web, "node_modules", path.slice("/vendor/".length)) : join(web, path.slice("/assets/".length)) };
  });
} };

const common = { absWorkingDir: web, bundle: true, minify: true, charset: "utf8", outdir: out, entryNames: "[name]-[hash]", chunkNames: "part-[hash]",
  metafile: true, legalComments: "none", target: ["chrome109", "firefox115", "safari16.4"], plugins: [served], logLevel: "error" };

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const styled = sheets.map(([, href, media]) => `@import ${JSON.stringify(href)}${media ? ` ${media}` : ""};`).join("\n");
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
for (const [tag, path] of scripts) {
  const [name] = outOf(path);
  const preloads = [...needed(name)].map((part) => `<link rel="modulepreload" href="${address(part)}">\n  `).join("");
  written = written.replace(tag, `${preloads}${tag.replace(`/assets/${path}`, address(name))}`);
}
for (const name of await readdir(out)) await writeFile(join(out, `${name}.br`), brotliCompressSync(await readFile(join(out, name))));
await writeFile(join(out, "index.html"), written);
await utimes(join(out, "index.html"), begun, begun);
