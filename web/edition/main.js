/** The map in a copy that stands without its server: what needs one is left out, and what the copy is, is said. */

import "./unserved.js";
import "./words.js";
import "../src/main.js";
import "./note.js";
import { tellTimeHeight } from "../src/time-height.js";

tellTimeHeight();
