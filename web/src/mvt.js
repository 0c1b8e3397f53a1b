/** A vector tile (Mapbox Vector Tile 2.1) as plain objects; the wire format is read by pbf. */

import { PbfReader } from "/vendor/pbf/index.js";
import { breathe } from "./pace.js";

/** The features of every layer of a tile, read in pieces: {layer, id, properties, type, rings}; a ring is [x, y, x, y, …] in units of the tile, of which it has 4096. */
export async function readTile(buffer, signal = undefined) {
  const [features, layers] = [[], []];
  new PbfReader(buffer).readFields((tag, _, pbf) => {
    if (tag === 3) layers.push(openLayer(pbf, pbf.readVarint() + pbf.pos));
  }, null);
  for (const { places, read } of layers) {
    for (const place of places) {
      features.push(read(place));
      await breathe();
      signal?.throwIfAborted();
    }
  }
  return features;
}

/** Where the features of a layer stand, and what reads one of them. */
function openLayer(pbf, end) {
  const [places, keys, values] = [[], [], []];
  let name = "";
  pbf.readFields((tag) => {
    if (tag === 1) name = pbf.readString();
    else if (tag === 2) places.push(pbf.pos);
    else if (tag === 3) keys.push(pbf.readString());
    else if (tag === 4) values.push(readValue(pbf, pbf.readVarint() + pbf.pos));
  }, null, end);
  return { places, read(place) {
    pbf.pos = place;
    return { layer: name, ...readFeature(pbf, pbf.readVarint() + pbf.pos, keys, values) };
  } };
}

function readValue(pbf, end) {
  const read = [null, "readString", "readFloat", "readDouble", "readVarint", "readVarint", "readSVarint", "readBoolean"];
  let value = null;
  while (pbf.pos < end) value = pbf[read[pbf.readVarint() >> 3]](true);
  return value;
}

function readFeature(pbf, end, keys, values) {
  const feature = { properties: {}, type: 0, rings: [] };
  pbf.readFields((tag) => {
    if (tag === 1) feature.id = pbf.readVarint();
    else if (tag === 2) {
      for (const last = pbf.readVarint() + pbf.pos; pbf.pos < last;) feature.properties[keys[pbf.readVarint()]] = values[pbf.readVarint()];
    } else if (tag === 3) feature.type = pbf.readVarint();
    else if (tag === 4) feature.rings = readGeometry(pbf, pbf.readVarint() + pbf.pos);
  }, null, end);
  return feature;
}

/** Commands (1 move, 2 line, 7 close), each with how often it comes, and steps from the point before. */
function readGeometry(pbf, end) {
  const rings = [];
  let [x, y, command, times] = [0, 0, 0, 0];
  while (pbf.pos < end) {
    if (!times) {
      const told = pbf.readVarint();
      [command, times] = [told & 7, told >> 3];
    }
    times -= 1;
    if (command === 7) {
      const ring = rings.at(-1);
      ring.push(ring[0], ring[1]);
      continue;
    }
    x += pbf.readSVarint();
    y += pbf.readSVarint();
    if (command === 1) rings.push([]);
    rings.at(-1).push(x, y);
  }
  return rings;
}
