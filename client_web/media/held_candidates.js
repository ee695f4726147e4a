/**
 * My candidates for a node. A node's answer has all of its candidates, which is usually enough. So mine are held, and sent only
 * if there is no connection a moment after the answer.
 *
 * @param {(candidates: RTCIceCandidateInit|RTCIceCandidateInit[]) => void} send
 */
export function createHeldCandidates(send) {
  /** @type {RTCIceCandidateInit[]} */ let held = []
  let holding = true
  return {
    /** @param {RTCIceCandidateInit} candidate */
    add(candidate) {
      if (holding) held.push(candidate)
      else send(candidate)
    },
    release() {
      holding = false
      if (held.length) send(held)
      held = []
    },
  }
}
