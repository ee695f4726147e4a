/**
 * My candidates towards a node. A node answers with all of its own, and they are usually enough; so mine are held back, and sent only
 * if the connection is not there a moment after the answer.
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
