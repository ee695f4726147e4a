/**
 * The difference between the server's clock and this browser's. A time that the server set while it handled my request lies between
 * the request and its answer. The difference is zero as long as all such times allow it, because on one machine it is zero.
 */

/** Milliseconds since the epoch, with the fraction that `Date` drops. @param {string} iso @returns {number} */
export function instant(iso) {
  const beyond = /\.\d{3}(\d+)/.exec(iso)
  return Date.parse(iso) + (beyond ? Number(`0.${beyond[1]}`) : 0)
}

/** This browser's clock, in the same unit. @returns {number} */
export const now = () => performance.timeOrigin + performance.now()

export function createClock() {
  let least = -Infinity
  let most = Infinity
  return {
    /** How far the server's clock is ahead, in ms. */
    get skew() {
      if (least <= 0 && most >= 0) return 0
      return Number.isFinite(least) && Number.isFinite(most) ? (least + most) / 2 : Number.isFinite(least) ? least : most
    },
    /**
     * Something happened at `server` by the server's clock, and between `before` and `after` by this browser's.
     * @param {number} server
     * @param {number} before
     * @param {number} after
     */
    compare(server, before, after) {
      least = Math.max(least, server - after)
      most = Math.min(most, server - before)
      if (least > most) {
        least = server - after // one of the clocks was changed: start again
        most = server - before
      }
    },
  }
}
