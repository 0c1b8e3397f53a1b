/** What the map says otherwise in a copy: its record ends on a day of its own, whatever day it is opened on. */

import { dateWords } from "../src/edtf.js";
import { MESSAGES } from "../src/messages.js";
import { edition } from "./carried.js";

const { recorded } = await edition();
const [vi, en] = ["vi", "en"].map((language) => dateWords(recorded.slice(0, 10), language));

Object.assign(MESSAGES, {
  saysToday: [`Tình trạng tại {day}, theo dữ liệu ghi nhận đến ${vi}`, `The state on {day}, from what was recorded by ${en}`],
  saysDay: [`Tình trạng tại {day}, theo dữ liệu ghi nhận đến ${vi}`, `The state on {day}, from what was recorded by ${en}`],
  saysFuture: [`Tình trạng tại {day}, theo những gì đã biết ngày ${vi}`, `The state on {day}, as far as it was known on ${en}`],
});
