/**
 * How long to wait before the next attempt. It doubles each time, and a random part of up to one half is subtracted, so that a thousand
 * browsers do not reconnect at the same moment.
 *
 * With `base` 1000 and `most` 15000 the series is, in seconds:
 *   0.5–1, 1–2, 2–4, 4–8, 7.5–15, 7.5–15, …
 *
 * @param {number} attempt 0 for the first retry
 * @param {{ base?: number, most?: number, random?: () => number }} [options] milliseconds
 * @returns {number} milliseconds
 */
export function backoff(attempt, { base = 1000, most = 15000, random = Math.random } = {}) {
  const ceiling = Math.min(most, base * 2 ** Math.min(attempt, 16))
  return ceiling / 2 + (random() * ceiling) / 2
}
