import { isUnanswered } from '../signaling/problem.js'
import { shownFor } from './shown_for.js'

/** What a role means that another person gave me. @type {Record<Seat['role'], SeatChange>} */
const BY_ROLE = { AUDIENCE: 'moved_down', MODERATOR: 'moderator', HOST: 'host', SPEAKER: 'speaker' }

/**
 * Nobody comes to the stage of a moderated room without consent: I raise a hand and a moderator brings me up, or a moderator invites me
 * and I accept. Only changes of my seat by others are announced to me; my own are not.
 *
 * After I accept I should be heard at once. So if the microphone is already allowed, it is opened while I read the invitation, sent to
 * nobody, and closed again if I decline. Then accepting is one row and one `replaceTrack`.
 *
 * Each action is an UPDATE of my own seat (in psql: raise_hand, accept_to_speak, step_down, …), so the inspector shows it.
 *
 * @typedef {import('./state.js').Seat} Seat
 * @typedef {'brought_up'|'moved_down'|'muted'|'moderator'|'host'|'speaker'} SeatChange  by another person
 *
 * @param {object} options
 * @param {Pick<import('./room_api.js').RoomApi, 'changeSeat'>} options.api
 * @param {{ open: () => Promise<MediaStreamTrack|null>, close: () => void }} options.microphone
 * @param {() => Promise<boolean>} [options.allowed]  whether the browser allows the microphone without asking
 * @param {() => void} options.onChange
 */
export function createConsent({ api, microphone, allowed = microphoneIsAllowed, onChange }) {
  const SHOWN = 12 // s that a new role is shown
  /** @type {Seat|null} */ let seat = null
  /** @type {string|null} */ let expectedRole = null // the role I am giving myself
  let openEarly = false // the microphone is open, or requested, although I am still a listener
  /** @type {SeatChange|null} */ let seatChange = null
  /** @type {number|undefined} */ let timer
  /** @type {boolean|null} */ let handWish = null // raised or lowered, and no answer yet
  let asking = 0 // requests that raise or lower it
  let newest = 0 // of these requests: an older one says nothing of what I want now

  /** @param {SeatChange|null} next */
  function setSeatChange(next) {
    clearTimeout(timer)
    timer = next === 'moderator' || next === 'host' || next === 'speaker' ? setTimeout(() => setSeatChange(null), shownFor(SHOWN)) : undefined
    if (seatChange === next) return
    seatChange = next
    onChange()
  }

  /** What another person's change of my role means. @param {Seat} before @param {Seat} after @returns {SeatChange} */
  function seatChangeOf(before, after) {
    if (before.role === 'AUDIENCE') return 'brought_up'
    return BY_ROLE[after.role]
  }

  /** @param {Seat} invited */
  async function openMicrophoneEarly({ invited_to_speak_at }) {
    if (!(await allowed()) || seat?.invited_to_speak_at !== invited_to_speak_at) return
    openEarly = true
    await microphone.open()
  }

  /**
   * Changes my own seat: older changes by others are no longer shown, and the role that follows is expected.
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

  /** Raises or lowers my hand; without a connection, when it is back. While I am invited, raising a hand accepts the invitation. @param {boolean} up */
  async function setHand(up) {
    const order = (newest += 1)
    handWish = up
    asking += 1
    let waits = false
    try {
      await changeSeat(up && seat?.invited_to_speak_at ? 'SPEAKER' : null, () => api.changeSeat({ hand_raised_at: up ? new Date().toISOString() : null }))
    } catch (problem) {
      waits = isUnanswered(problem)
      if (!waits) throw problem
    } finally {
      asking -= 1
      if (order === newest && !waits) handWish = null
      onChange() // the event may have come before the answer, so nothing else may change
    }
  }

  return {
    /** Whether I want my hand to be up, while that is not written yet; null: nothing waits. */
    get handWish() {
      return handWish
    },
    /**
     * The connection is back. What got no answer may have arrived, and its event may be on its way. So my wish is written, also if it is
     * what my seat says. @returns {Promise<void>} rejects with the Problem that refused it
     */
    resume: async () => {
      if (handWish === null || !seat || asking > 0) return
      if (seat.role === 'AUDIENCE') return setHand(handWish)
      handWish = null
      onChange()
    },

    /** The latest change of my seat by another person; null after I reacted to it. */
    get seatChange() {
      return seatChange
    },
    /** Whether the microphone may be open although I am a listener. */
    get openEarly() {
      return openEarly
    },

    /** My seat, by the room's log. @param {Seat|null} latest */
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

    /** I reacted to the change of my seat: it is no longer shown. */
    answered: () => setSeatChange(null),

    raiseHand: () => setHand(true),
    lowerHand: () => setHand(false),
    stepUp: () => changeSeat('SPEAKER', () => api.changeSeat({ role: 'SPEAKER' })),
    stepDown: () => changeSeat('AUDIENCE', () => api.changeSeat({ role: 'AUDIENCE' })),

    /**
     * Accepts an invitation; `muted: false` also unmutes, in the same row. Without a microphone I stay muted.
     * @param {{ muted: boolean }} how
     */
    async accept({ muted }) {
      if (muted) return changeSeat('SPEAKER', () => api.changeSeat({ role: 'SPEAKER' }))
      openEarly = true // otherwise the next event of the log would close the microphone that is being opened
      try {
        const track = await microphone.open()
        return await changeSeat('SPEAKER', () => api.changeSeat({ role: 'SPEAKER', muted: track === null }))
      } catch (problem) {
        openEarly = false
        microphone.close()
        throw problem
      }
    },
    decline: () => changeSeat(null, () => api.changeSeat({ invited_to_speak_at: null })),
    /** Declines a request to unmute. */
    stayMuted: () => changeSeat(null, () => api.changeSeat({ asked_to_unmute_at: null })),

    close() {
      clearTimeout(timer)
      seat = null
      openEarly = false
      seatChange = null
      handWish = null
    },
  }
}

async function microphoneIsAllowed() {
  try {
    return (await navigator.permissions.query({ name: 'microphone' })).state === 'granted'
  } catch {
    return false // this browser cannot say
  }
}
