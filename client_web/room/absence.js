/**
 * What I had in the room before my session was interrupted, and what I have after it. Within the grace period nothing changes but the
 * session; after it the seat is new, and the database keeps my role for some time (kept_roles).
 *
 * @typedef {'HOST'|'MODERATOR'|'SPEAKER'|'AUDIENCE'} Role
 * @typedef {{ peer_id: string|null, role: Role, unmuted: boolean, hand: boolean, at: number }} Before  at: ms since the epoch, when it was interrupted
 * @typedef {{ seat: 'kept'|'lost', role_before: Role, role: Role, cause: 'handed_over'|'time'|'moderator'|null,
 *             microphone: 'restored'|'muted_by_other'|'off'|null, hand_lost: boolean }} Returned
 *   cause: why the role is another one; microphone: what became of one that was on
 */

/**
 * @param {Before} before
 * @param {{ kept: boolean, muted: boolean }} found  whether the seat was still mine, and muted, when I came back
 * @param {{ role: Role, hand: boolean }} now
 * @param {{ seat: number, role: number }} times  seconds for which seat and role are kept
 * @param {number} at  ms since the epoch
 * @returns {Returned}
 */
export function returnOf(before, found, now, times, at) {
  const speaks = now.role !== 'AUDIENCE'
  const tooLong = at - before.at > (times.seat + times.role) * 1000
  return Object.freeze({
    seat: found.kept ? 'kept' : 'lost',
    role_before: before.role,
    role: now.role,
    cause: now.role === before.role || now.role === 'HOST' ? null : before.role === 'HOST' ? 'handed_over' : !found.kept && tooLong ? 'time' : 'moderator',
    microphone: !before.unmuted || !speaks ? null : !found.kept ? 'off' : found.muted ? 'muted_by_other' : 'restored',
    hand_lost: before.hand && !now.hand && !speaks,
  })
}

const TICK = 5000 // ms

/** Whether there is something to show: not if role, hand and microphone are as they were. @param {Returned} returned */
const isNews = ({ cause, hand_lost, microphone }) => cause !== null || hand_lost || microphone === 'off'

/**
 * @param {object} options
 * @param {Pick<import('./room_api.js').RoomApi, 'mySeat'>} options.api
 * @param {() => { seat: number, role: number }} options.times  seconds for which seat and role are kept
 * @param {Before|null} options.before  of the page before this one
 * @param {() => boolean} options.isMuted  whether I am muted, or unmuted only while a key is held
 * @param {() => void} options.onChange
 */
export function createAbsence({ api, times, before, isMuted, onChange }) {
  let found = { kept: false, muted: true }
  /** @type {import('./state.js').Seat|null} */ let latest = null // my seat
  let connected = Date.now() // when I was connected for the last time; for a laptop that slept: when it began to sleep
  let live = false
  let gone = false // the connection is lost for longer than the seat is kept
  /** @type {ReturnType<typeof setInterval>|undefined} */ let timer
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let grace
  /** @type {Returned|null} */ let news = null

  function become(/** @type {Returned|null} */ next) {
    if (news === next) return
    news = next
    onChange()
  }

  function giveUp() {
    gone = true
    onChange()
  }

  return {
    /** Whether the connection is lost for longer than the seat is kept. */
    get gone() {
      return gone
    },
    /** Seconds for which seat and role are kept. */
    get times() {
      return times()
    },
    /** What the user should know after the return; null: nothing. */
    get news() {
      return news
    },
    dismiss: () => become(null),

    /** @param {boolean} now  whether the log is followed now */
    connection(now) {
      if (now === live) return
      live = now
      clearInterval(timer)
      clearTimeout(grace)
      gone = false
      if (!live) {
        grace = setTimeout(giveUp, times().seat * 1000)
        return
      }
      connected = Date.now()
      timer = setInterval(() => (connected = Date.now()), TICK)
    },

    /** The session is interrupted: the seat may be lost. */
    begin() {
      if (!latest || before) return
      const { peer_id, role, hand_raised_at } = latest
      before = { peer_id, role, unmuted: !isMuted(), hand: Boolean(hand_raised_at), at: connected }
      found = { kept: false, muted: true }
    },

    /** What I had before the interruption; null if nothing was interrupted. @returns {Before|null} */
    get before() {
      return before
    },

    /** Asks whether the seat is still mine, before it is taken again. */
    async look() {
      if (!before?.peer_id) return
      const seat = await api.mySeat('peer_id,muted')
      found = seat?.peer_id === before.peer_id ? { kept: true, muted: seat.muted } : { kept: false, muted: true }
    },

    /** I have a seat again. @param {import('./state.js').Seat} seat @returns {Returned|null} null if nothing was interrupted */
    end(seat) {
      latest = seat
      if (!before) return null
      const returned = returnOf(before, found, { role: seat.role, hand: Boolean(seat.hand_raised_at) }, times(), Date.now())
      before = null
      become(isNews(returned) ? returned : null)
      return returned
    },

    /** My seat has changed: what is shown about my return may not be true any more. @param {import('./state.js').Seat|null} seat */
    observe(seat) {
      if (!seat) return
      if (news && (seat.role !== news.role || !seat.muted || seat.hand_raised_at)) become(null)
      latest = seat
    },

    /** I left, or was removed: nothing is kept. */
    forget() {
      latest = before = null
      clearInterval(timer)
      clearTimeout(grace)
      gone = false
      become(null)
    },
  }
}
