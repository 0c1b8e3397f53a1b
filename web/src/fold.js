/** Words without accents, for finding: the same rule as the server's search. */

/** "Đồ Sơn" → "do son": lower case, no tone or vowel marks, đ → d, everything else but letters and digits a space. */
export function fold(text) {
  return text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, " ").trim();
}

/**
 * How well `query` fits `target`, both folded: 0 the whole, 1 its beginning, 2 the beginning of a word, 3 somewhere,
 * null not at all.
 */
export function fit(query, target) {
  if (query === target) return 0;
  if (target.startsWith(query)) return 1;
  if (` ${target}`.includes(` ${query}`)) return 2;
  return target.includes(query) ? 3 : null;
}
