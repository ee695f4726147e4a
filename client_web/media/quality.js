import { selectedPairOf } from './selected_path.js'

/**
 * How good each connection is, by WebRTC's statistics (W3C WebRTC Statistics): lost packets, jitter and round-trip time. Read every two
 * seconds, only while the page is visible.
 *
 * @typedef {object} Quality
 * @property {'good'|'choppy'|'weak'} level
 * @property {number} loss  the share of packets lost lately, 0..1
 * @property {number} jitter_ms
 * @property {number|null} round_trip_ms
 *
 * @typedef {{ received: number, lost: number, jitter_ms: number, round_trip_ms: number|null }} Count  since the connection began
 */

const EVERY = 2_000 // ms
const LOOKS_KEPT = 4 // readings: a loss counts for eight seconds, so that the shown quality does not change all the time
const PACKETS_NEEDED = 20 // with fewer, the share of lost packets means nothing

const LIMITS = {
  choppy: { loss: 0.02, jitter_ms: 40, round_trip_ms: 400 },
  weak: { loss: 0.06, jitter_ms: 100, round_trip_ms: 900 },
}

/**
 * @param {number} loss @param {number} jitter_ms @param {number|null} round_trip_ms
 * @returns {Quality}
 */
function judge(loss, jitter_ms, round_trip_ms) {
  /** @param {{ loss: number, jitter_ms: number, round_trip_ms: number }} limit */
  const beyond = (limit) => loss >= limit.loss || jitter_ms >= limit.jitter_ms || (round_trip_ms ?? 0) >= limit.round_trip_ms
  const level = beyond(LIMITS.weak) ? 'weak' : beyond(LIMITS.choppy) ? 'choppy' : 'good'
  return Object.freeze({ level, loss, jitter_ms, round_trip_ms })
}

/**
 * The quality over the newest readings; null while too few packets were sent.
 * @param {readonly Count[]} looks  oldest first
 * @returns {Quality|null}
 */
export function assess(looks) {
  if (looks.length < 2) return null
  const [first, last] = [looks[0], looks[looks.length - 1]]
  const lost = Math.max(0, last.lost - first.lost) // packets that arrive late are subtracted from the losses
  const sent = lost + last.received - first.received
  if (sent < PACKETS_NEEDED) return null
  // Rounded to what is shown, so that a steady connection gives equal values.
  /** @param {number} value @param {number} to */
  const round = (value, to) => Math.round(value / to) * to
  return judge(Math.round((100 * lost) / sent) / 100, round(last.jitter_ms, 5), last.round_trip_ms === null ? null : round(last.round_trip_ms, 10))
}

/** The counts of one connection: received packets by track, and what the other side reports of the packets I sent. @param {RTCStatsReport} stats */
export function countsOf(stats) {
  const all = [...stats.values()]
  const pair = selectedPairOf(stats)
  const round_trip = pair?.currentRoundTripTime === undefined ? null : 1000 * pair.currentRoundTripTime
  /** @type {Map<string, Count>} */ const incoming = new Map()
  /** @type {Count|null} */ let outgoing = null
  for (const each of all) {
    if (each.type === 'inbound-rtp' && each.kind === 'audio') {
      incoming.set(each.trackIdentifier, count(each.packetsReceived, each.packetsLost, each.jitter, round_trip))
    }
    if (each.type === 'remote-inbound-rtp' && each.kind === 'audio') {
      const sent = stats.get(each.localId)?.packetsSent ?? 0
      outgoing = count(sent - each.packetsLost, each.packetsLost, each.jitter, each.roundTripTime === undefined ? round_trip : 1000 * each.roundTripTime)
    }
  }
  return { incoming, outgoing }
}

/**
 * @param {number|undefined} received
 * @param {number|undefined} lost
 * @param {number|undefined} jitter
 * @param {number|null} round_trip_ms
 * @returns {Count}
 */
const count = (received, lost, jitter, round_trip_ms) => ({ received: received ?? 0, lost: lost ?? 0, jitter_ms: 1000 * (jitter ?? 0), round_trip_ms })

/**
 * @param {object} options
 * @param {() => Iterable<RTCPeerConnection>} options.connections
 * @param {(track_id: string) => number|undefined} options.ownerOf  whose voice a track has now; several may share a connection
 * @param {number} options.me  my own quality is that of what I send, as the others report it
 * @param {(qualities: ReadonlyMap<number, Quality>) => void} options.onChange  by user
 * @param {Document} [options.page]
 */
export function createQuality({ connections, ownerOf, me, onChange, page = document }) {
  /** @type {Map<number|RTCPeerConnection, Count[]>} by user, and by connection for what I send on it */ let looks = new Map()
  /** @type {ReadonlyMap<number, Quality>} */ let qualities = new Map()
  /** @type {number|undefined} */ let timer
  let looking = false

  async function look() {
    if (looking || page.visibilityState !== 'visible') return
    looking = true
    const seen = new Map()
    /** @param {number|RTCPeerConnection} key @param {Count} now */
    const note = (key, now) => seen.set(key, [...(looks.get(key) ?? []), now].slice(-LOOKS_KEPT))
    // One after the other: forty at once would make the page slow.
    for (const connection of connections()) {
      const stats = await connection.getStats().catch(() => null)
      if (!stats) continue
      const { incoming, outgoing } = countsOf(stats)
      for (const [track_id, now] of incoming) {
        const user_id = ownerOf(track_id)
        if (user_id !== undefined) note(user_id, now)
      }
      if (outgoing) note(connection, outgoing)
    }
    looking = false
    if (timer === undefined) return
    looks = seen
    report()
  }

  function report() {
    const next = new Map()
    /** @type {Quality[]} */ const sending = []
    for (const [key, counts] of looks) {
      const quality = assess(counts)
      if (!quality) continue
      if (typeof key === 'number') next.set(key, quality)
      else sending.push(quality)
    }
    const my_quality = median(sending)
    if (my_quality) next.set(me, my_quality)
    if (same(next, qualities)) return
    qualities = next
    onChange(qualities)
  }

  return {
    get qualities() {
      return qualities
    },
    start() {
      timer ??= setInterval(look, EVERY)
    },
    stop() {
      clearInterval(timer)
      timer = undefined
      looks = new Map()
      if (qualities.size) onChange((qualities = new Map()))
    },
  }
}

/** The median over the connections on which I send: one listener with a bad connection does not make mine bad. @param {Quality[]} all */
function median(all) {
  if (!all.length) return null
  return all.sort((a, b) => a.loss - b.loss || (a.round_trip_ms ?? 0) - (b.round_trip_ms ?? 0))[Math.floor((all.length - 1) / 2)]
}

/** @param {ReadonlyMap<number, Quality>} one @param {ReadonlyMap<number, Quality>} other */
function same(one, other) {
  if (one.size !== other.size) return false
  for (const [user_id, { loss, jitter_ms, round_trip_ms }] of one) {
    const before = other.get(user_id)
    if (before?.loss !== loss || before.jitter_ms !== jitter_ms || before.round_trip_ms !== round_trip_ms) return false
  }
  return true
}
