/** In the place of `src/addresses.js` in a copy that has no pages beside the map. */

export const page = () => null;
export const projectPage = () => null;
export const clausePage = () => null;
