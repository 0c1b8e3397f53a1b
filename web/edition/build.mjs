/** node build.mjs OUT: the scripts and styles of the map as one file each, for a copy that stands without its server. */

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const WEB = dirname(HERE);
const OWN = ["api.js", "addresses.js", "offline.js", "share-tools.js"];

const page = await readFile(join(WEB, "index.html"), "utf8");
const sheets = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)"(?: media="([^"]+)")?>/g)]
  .map(([, href, media]) => `@import "${href}"${media ? ` ${media}` : ""};`).concat(`@import "/assets/edition/edition.css";`).join("\n");

/** Addresses of the server become files of this folder, and the door to the server becomes that of the copy. */
const standing = {
  name: "standing",
  setup({ onResolve }) {
    onResolve({ filter: /^\/vendor\// }, ({ path }) => ({ path: join(WEB, "node_modules", path.slice("/vendor/".length).replace(/\?.*/, "")) }));
    onResolve({ filter: /^\/assets\// }, ({ path }) => ({ path: join(WEB, path.slice("/assets/".length)) }));
    onResolve({ filter: /\.js$/ }, ({ path, importer }) => {
      const own = OWN.find((name) => path.endsWith(`/${name}`));
      return own && !importer.startsWith(HERE) ? { path: join(HERE, own) } : undefined;
    });
  },
};

const shared = { bundle: true, minify: true, legalComments: "none", target: "es2022", logLevel: "warning", outdir: process.argv[2],
  plugins: [standing], loader: { ".woff2": "dataurl", ".woff": "empty", ".png": "dataurl", ".svg": "dataurl" } };
await build({ ...shared, entryPoints: { app: join(HERE, "main.js") }, format: "esm" });
await build({ ...shared, entryNames: "app", stdin: { contents: sheets, loader: "css", resolveDir: WEB, sourcefile: "app.css" } });
