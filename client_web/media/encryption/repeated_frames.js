const BEHIND = 1024 // frames that may come so much later than the newest; with a mesh of 50, a speaker counts 49 for each 20 ms

/**
 * Recognises frames that came before: whoever forwards audio could play an old sentence again. Each frame of a key has a number of its own (RFC 9605, 9.3).
 * Remembers at most twice as many numbers as it accepts.
 */
export function createRepeatedFrames() {
  let newest = -1
  /** @type {Set<number>} */ let seen = new Set()

  return {
    /** Whether this is the first frame with this number, and not too old to know. @param {number} ctr */
    isFirst(ctr) {
      if (ctr <= newest - BEHIND || seen.has(ctr)) return false
      seen.add(ctr)
      newest = Math.max(newest, ctr)
      if (seen.size > 2 * BEHIND) seen = new Set([...seen].filter((each) => each > newest - BEHIND))
      return true
    },
  }
}
