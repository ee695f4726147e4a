/** What a role that somebody else gave me means. @type {Record<Seat['role'], SeatChange>} */
const BY_ROLE = { AUDIENCE: 'moved_down', MODERATOR: 'moderator', HOST: 'host', SPEAKER: 'speaker' }

/**
 * Speaking with consent: two have to want it. I raise a hand and somebody brings me up, or somebody invites me and I say yes; and
 * what others do to my seat is distinguished from what I did myself.
 *
 * Saying yes should be heard at once: where the microphone is already allowed it is opened while the invitation is being read, sent to
 * nobody, and closed again when the answer is no. Then a yes is one row and a `replaceTrack`.
 *
 * Everything here is an UPDATE of my own seat (in psql: raise_hand, accept_to_speak, step_down…), so that the inspector shows it come back.
 *
 * @typedef {import('./state.js').Seat} Seat
 * @typedef {'brought_up'|'moved_down'|'muted'|'moderator'|'host'|'speaker'} SeatChange  what others did to my seat
 *
 * @param {object} options
 * @param {ReturnType<typeof import('../signaling/rows.js').createRows>} options.rows
 * @param {number} options.roomId
 * @param {number} options.userId
 * @param {{ want: () => Promise<MediaStreamTrack|null>, drop: () => void }} options.microphone
 * @param {() => Promise<boolean>} [options.allowed]  whether the microphone may be opened without a question
 * @param {() => void} options.onChange
 */
export function createConsent({ rows, roomId, userId, microphone, allowed = microphoneIsAllowed, onChange }) {
  const SHOWN_FOR = 12_000 // ms: how long a new role is news
  /** @type {Seat|null} */ let seat = null
  /** @type {string|null} */ let expectedRole = null // the role I am giving myself
  let openEarly = false // the microphone is open, or asked for, though I only listen
  /** @type {SeatChange|null} */ let seatChange = null
  /** @type {number|undefined} */ let timer

  const mine = { room_id: `eq.${roomId}`, user_id: `eq.${userId}` }
  /** @param {import('../signaling/rows.js').Row} columns */
  const change = (columns) => rows.update('participants', columns, mine)

  /** @param {SeatChange|null} next */
  function setSeatChange(next) {
    clearTimeout(timer)
    timer = next === 'moderator' || next === 'host' || next === 'speaker' ? setTimeout(() => setSeatChange(null), SHOWN_FOR) : undefined
    if (seatChange === next) return
    seatChange = next
    onChange()
  }

  /** What somebody else's change of my role means to me. @param {Seat} before @param {Seat} after @returns {SeatChange} */
  function seatChangeOf(before, after) {
    if (before.role === 'AUDIENCE') return 'brought_up'
    return BY_ROLE[after.role]
  }

  /** @param {Seat} invited */
  async function openMicrophoneEarly({ invited_to_speak_at }) {
    if (!(await allowed()) || seat?.invited_to_speak_at !== invited_to_speak_at) return
    openEarly = true
    await microphone.want()
  }

  /**
   * An action of mine: old news is over, and the role it brings is no surprise.
   * @template T @param {string|null} role @param {() => Promise<T>} write
   */
  async function changeSeat(role, write) {
    setSeatChange(null)
    expectedRole = role
    try {
      return await write()
    } catch (problem) {
      expectedRole = null
      throw problem
    }
  }

  return {
    /** What others last did to my seat; null once I have answered it. */
    get seatChange() {
      return seatChange
    },
    /** Whether the microphone may be open although I only listen. */
    get openEarly() {
      return openEarly
    },

    /** What the room's log says about my seat. @param {Seat|null} latest */
    observe(latest) {
      const before = seat
      seat = latest
      const same = before !== null && latest !== null && before.peer_id === latest.peer_id
      if (!latest || latest.role !== 'AUDIENCE' || (same && before.invited_to_speak_at && !latest.invited_to_speak_at)) openEarly = false
      if (!latest || !before || !same) return setSeatChange(null)
      if (latest.role !== before.role) {
        setSeatChange(latest.role === expectedRole ? null : seatChangeOf(before, latest))
        expectedRole = null
      }
      if (latest.invited_to_speak_at && latest.invited_to_speak_at !== before.invited_to_speak_at) openMicrophoneEarly(latest)
    },

    /** I did something else that answers it. */
    answered: () => setSeatChange(null),

    // While I am invited, a hand is a yes.
    raiseHand: () => changeSeat(seat?.invited_to_speak_at ? 'SPEAKER' : null, () => change({ hand_raised_at: new Date().toISOString() })),
    lowerHand: () => changeSeat(null, () => change({ hand_raised_at: null })),
    stepUp: () => changeSeat('SPEAKER', () => change({ role: 'SPEAKER' })),
    stepDown: () => changeSeat('AUDIENCE', () => change({ role: 'AUDIENCE' })),

    /**
     * Yes to an invitation; `muted: false` opens the microphone with it, in one row. Without a microphone I come up muted.
     * @param {{ muted: boolean }} how
     */
    async accept({ muted }) {
      if (muted) return changeSeat('SPEAKER', () => change({ role: 'SPEAKER' }))
      openEarly = true // or what the log says meanwhile would close what is being asked for
      try {
        const track = await microphone.want()
        return await changeSeat('SPEAKER', () => change({ role: 'SPEAKER', muted: track === null }))
      } catch (problem) {
        openEarly = false
        microphone.drop()
        throw problem
      }
    },
    decline: () => changeSeat(null, () => change({ invited_to_speak_at: null })),
    /** "Stay muted": the question is answered, and goes away for everybody. */
    stayMuted: () => changeSeat(null, () => change({ asked_to_unmute_at: null })),

    close() {
      clearTimeout(timer)
      seat = null
      openEarly = false
      seatChange = null
    },
  }
}

async function microphoneIsAllowed() {
  try {
    return (await navigator.permissions.query({ name: 'microphone' })).state === 'granted'
  } catch {
    return false // not every browser says
  }
}
