/** Session descriptions for a node, and of a node. Pure. */

/** The description without its candidates. @param {RTCSessionDescription} description */
export function withoutCandidates({ type, sdp }) {
  return { type, sdp: sdp.replace(/^a=(candidate|end-of-candidates).*\r\n/gm, '') }
}

/**
 * Whose voice each transceiver has: `a=msid:` is `user-7` for one person (an SFU) and `mix` for everybody (an MCU).
 * @param {string} sdp @returns {Map<string, string>} mid → voice
 */
export function voicesOf(sdp) {
  const voices = new Map()
  for (const media of sdp.split(/^m=/m).slice(1)) {
    const mid = /^a=mid:(\S+)/m.exec(media)?.[1]
    const voice = /^a=msid:(\S+)/m.exec(media)?.[1]
    if (mid && voice && voice !== 'nobody' && !/^a=(recvonly|inactive)/m.test(media)) voices.set(mid, voice)
  }
  return voices
}
