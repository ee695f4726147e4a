import { EMPTY_HALLWAY, reduceHallway } from './hallway.js'
import { NO_INVITATIONS, reduceInvitations, withoutFresh } from './invitations.js'

/**
 * SubscriptionStatus the hallway: its rooms, and the invitations that are open for me. Outside of a room it has a stream of its own; in a room
 * its frames come with the room's log, and are handed in with `receive`.
 *
 * @typedef {Omit<import('../signaling/subscription.js').SubscriptionStatus, 'reason'>} HallwayStatus
 *
 * @param {object} options
 * @param {ReturnType<typeof import('../signaling/technique.js').createTechnique>} options.technique
 * @param {() => boolean} options.maySubscribe  whether a stream may be opened now
 * @param {() => void} options.onChange
 */
export function createHallwaySubscription({ technique, maySubscribe, onChange }) {
  let hallway = EMPTY_HALLWAY
  let invitations = NO_INVITATIONS
  /** @type {HallwayStatus} */ let status = { state: 'connecting', problem: null, retry_at: null }
  /** @type {import('../signaling/subscription.js').Subscription|null} */ let stream = null

  const subscription = {
    get hallway() {
      return hallway
    },
    get invitations() {
      return invitations
    },
    /** How it is followed, whichever way. */
    get status() {
      return status
    },
    /** Whether it has a stream of its own. */
    get streams() {
      return stream !== null
    },

    /** @param {import('../signaling/subscription.js').Frame} frame */
    receive(frame) {
      const before = [hallway, invitations]
      hallway = reduceHallway(hallway, frame)
      invitations = reduceInvitations(invitations, frame)
      if (hallway !== before[0] || invitations !== before[1]) onChange()
    },

    /** @param {HallwayStatus} next */
    report({ state, problem, retry_at }) {
      status = { state, problem, retry_at }
      onChange()
    },

    start() {
      if (stream || !maySubscribe()) return
      const mine = technique.subscribe({
        path: '/hallway',
        onFrame: (frame) => void (stream === mine && subscription.receive(frame)),
        onState: (next) => void (stream === mine && subscription.report(next)),
      })
      stream = mine
      mine.start()
    },

    stop() {
      const old = stream
      stream = null
      old?.close()
    },

    /** A room's log brings it from now on. */
    handOver() {
      if (!stream) return
      subscription.stop()
      subscription.report({ state: 'live', problem: null, retry_at: null })
    },

    /** Once more after it ended: as the user I am now. */
    retry() {
      if (status.state !== 'ended') return
      subscription.stop()
      subscription.report({ state: 'connecting', problem: null, retry_at: null })
      subscription.start()
    },

    /** I am another user now: the invitations were the other one's. */
    changeUser() {
      invitations = NO_INVITATIONS
      onChange()
      if (!stream) return
      subscription.stop()
      subscription.start()
    },

    /** It was looked at: its notice is not needed any more. @param {number} id  of an invitation */
    seenInvitation(id) {
      invitations = withoutFresh(invitations, id)
      onChange()
    },

    /** @param {boolean} [certain]  what is open is surely dead */
    probe: (certain) => stream?.probe(certain),
  }
  return subscription
}
