/** node answers.mjs COPY.html < questions: what a copy of the map answers, for comparison with the server. */

import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { createAnswers } from "../../web/edition/answers.js";

const page = await readFile(process.argv[2], "utf8");
const data = /<script type="application\/json" id="edition"[^>]*>(.*?)<\/script>/s.exec(page)[1];
const answers = createAnswers(JSON.parse(data));
const questions = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(questions.map(([name, ...values]) => answers[name](...values))));
