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
  const NEWS = 12_000 // ms: how long a new role is news
  /** @type {Seat|null} */ let seat = null
  /** @type {string|null} */ let meant = null // the role I am giving myself
  let warm = false // the microphone is open, or asked for, though I only listen
  /** @type {SeatChange|null} */ let change_of_seat = null
  /** @type {number|undefined} */ let timer

  const mine = { room_id: `eq.${roomId}`, user_id: `eq.${userId}` }
  /** @param {import('../signaling/rows.js').Row} columns */
  const change = (columns) => rows.update('participants', columns, mine)

  /** @param {SeatChange|null} next */
  function tell(next) {
    clearTimeout(timer)
    timer = next === 'moderator' || next === 'host' || next === 'speaker' ? setTimeout(() => tell(null), NEWS) : undefined
    if (change_of_seat === next) return
    change_of_seat = next
    onChange()
  }

  /** What somebody else's change of my role means to me. @param {Seat} before @param {Seat} after @returns {SeatChange} */
  function toldBy(before, after) {
    if (before.role === 'AUDIENCE') return 'brought_up'
    return BY_ROLE[after.role]
  }

  /** @param {Seat} invited */
  async function warmUp({ invited_to_speak_at }) {
    if (!(await allowed()) || seat?.invited_to_speak_at !== invited_to_speak_at) return
    warm = true
    await microphone.want()
  }

  /**
   * An act of mine: old news is over, and the role it brings is no surprise.
   * @template T @param {string|null} role @param {() => Promise<T>} doing
   */
  async function act(role, doing) {
    tell(null)
    meant = role
    try {
      return await doing()
    } catch (problem) {
      meant = null
      throw problem
    }
  }

  return {
    /** What others last did to my seat; null once I have answered it. */
    get seatChange() {
      return change_of_seat
    },
    /** Whether the microphone may be open although I only listen. */
    get warm() {
      return warm
    },

    /** What the room's log says about my seat. @param {Seat|null} latest */
    observe(latest) {
      const before = seat
      seat = latest
      const same = before !== null && latest !== null && before.peer_id === latest.peer_id
      if (!latest || latest.role !== 'AUDIENCE' || (same && before.invited_to_speak_at && !latest.invited_to_speak_at)) warm = false
      if (!latest || !before || !same) return tell(null)
      if (latest.role !== before.role) {
        tell(latest.role === meant ? null : toldBy(before, latest))
        meant = null
      }
      if (latest.invited_to_speak_at && latest.invited_to_speak_at !== before.invited_to_speak_at) warmUp(latest)
    },

    /** I did something else that answers it. */
    answered: () => tell(null),

    // While I am invited, a hand is a yes.
    raiseHand: () => act(seat?.invited_to_speak_at ? 'SPEAKER' : null, () => change({ hand_raised_at: new Date().toISOString() })),
    lowerHand: () => act(null, () => change({ hand_raised_at: null })),
    stepUp: () => act('SPEAKER', () => change({ role: 'SPEAKER' })),
    stepDown: () => act('AUDIENCE', () => change({ role: 'AUDIENCE' })),

    /**
     * Yes to an invitation; `muted: false` opens the microphone with it, in one row. Without a microphone I come up muted.
     * @param {{ muted: boolean }} how
     */
    async accept({ muted }) {
      if (muted) return act('SPEAKER', () => change({ role: 'SPEAKER' }))
      warm = true // or what the log says meanwhile would close what is being asked for
      try {
        const track = await microphone.want()
        return await act('SPEAKER', () => change({ role: 'SPEAKER', muted: track === null }))
      } catch (problem) {
        warm = false
        microphone.drop()
        throw problem
      }
    },
    decline: () => act(null, () => change({ invited_to_speak_at: null })),
    /** "Stay muted": the question is answered, and goes away for everybody. */
    stayMuted: () => act(null, () => change({ asked_to_unmute_at: null })),

    close() {
      clearTimeout(timer)
      seat = null
      warm = false
      change_of_seat = null
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
