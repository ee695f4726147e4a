/**
 * Which sources a receiver has just received: its stream, and the voices in a mix (RFC 3550, 5.1: contributing sources). A browser reports
 * a timestamp of each (https://w3c.github.io/webrtc-pc/#dom-rtcrtpcontributingsource), but counted from a beginning of its own, and in
 * Firefox up to a second late for contributing sources on a busy machine. So only their changes count, by the clock of this page.
 */

const RECENT = 100 // ms; after a sender stops, its last packet is still reported
export const RECENT_FROM_EDGE = 300 // ms; an edge has three frames of 20 ms in a packet, and one may be late

/** @typedef {Pick<RTCRtpReceiver, 'getSynchronizationSources'|'getContributingSources'>} Receiver */

/**
 * What was received before this call does not count: the receiver's track may have had another person's voice.
 * @param {Receiver} receiver @param {{ within?: number, now?: () => number }} [options] ms: how long a packet counts, and a clock
 */
export function createReceivedSources(receiver, { within = RECENT, now = () => performance.now() } = {}) {
  /** @type {Map<number, { timestamp: number, changed_at: number }>} */ const seen = new Map()

  /** Those of these sources that sent something just now. @param {RTCRtpContributingSource[]} sources */
  function recent(sources) {
    const time = now()
    return sources.filter(({ source, timestamp }) => {
      const last = seen.get(source)
      if (last?.timestamp === timestamp) return time - last.changed_at < within
      seen.set(source, { timestamp, changed_at: time })
      return true
    })
  }

  for (const { source, timestamp } of [...receiver.getSynchronizationSources(), ...receiver.getContributingSources()]) {
    seen.set(source, { timestamp, changed_at: -Infinity })
  }

  return {
    isFlowing: () => recent(receiver.getSynchronizationSources()).length > 0,
    /** The level of what is received, 0..1; 0 when nothing came lately. */
    level: () => Math.max(0, ...recent(receiver.getSynchronizationSources()).map(({ audioLevel }) => audioLevel ?? 0)),
    /** Whose voices are in a mix just now. @returns {number[]} users */
    contributing: () => recent(receiver.getContributingSources()).map(({ source }) => source),
  }
}
