/**
 * Two clocks, the relay's and the browser's, and what is known about the difference: something the server dated between my asking and
 * its answer lies between the two. Zero is believed as long as nothing contradicts it, for on one machine it is exact.
 */

/** Milliseconds since the epoch, with the fraction `Date` throws away. @param {string} iso @returns {number} */
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
     * The server dated something `server`; here it was between `before` and `after`.
     * @param {number} server
     * @param {number} before
     * @param {number} after
     */
    compare(server, before, after) {
      least = Math.max(least, server - after)
      most = Math.min(most, server - before)
      if (least > most) {
        least = server - after // one of the clocks was set: begin again
        most = server - before
      }
    },
  }
}
