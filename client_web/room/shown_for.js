/**
 * How long the page shows what it takes away again by itself: a notice, a reaction, an offer to undo; and how long a reaction counts as new.
 * Who needs longer to read and to press, as tests do on a busy machine, sets `globalThis.shownLonger`, a factor.
 * @param {number} seconds
 * @returns {number} ms
 */
export const shownFor = (seconds) => seconds * 1000 * (/** @type {{ shownLonger?: number }} */ (globalThis).shownLonger ?? 1)
