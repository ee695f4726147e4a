import { HALLWAY } from '../addresses.js'
import { NO_CLUB_CHANGES, reduceClubChanges } from './clubs.js'
import { NOBODY_HERE, reducePeople } from './followed_people.js'
import { EMPTY_HALLWAY, reduceHallway } from './hallway.js'
import { NO_INVITATIONS, reduceInvitations, withoutFresh } from './invitations.js'

/**
 * The subscription of the hallway: its rooms, and my open invitations. Outside of a room it has a stream of its own. In a room the
 * hallway's frames come in the room's stream and are passed to `receive`.
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
  let clubChanges = NO_CLUB_CHANGES
  let people = NOBODY_HERE
  /** @type {HallwayStatus} */ let status = { state: 'connecting', problem: null, retry_at: null }
  /** @type {import('../signaling/subscription.js').Subscription|null} */ let stream = null

  const subscription = {
    get hallway() {
      return hallway
    },
    get invitations() {
      return invitations
    },
    get clubChanges() {
      return clubChanges
    },
    /** Where the people are whom I follow. */
    get people() {
      return people
    },
    /** The status of its own stream, or in a room of the room's stream. */
    get status() {
      return status
    },
    /** Whether it has a stream of its own. */
    get streams() {
      return stream !== null
    },

    /** @param {import('../signaling/subscription.js').Frame} frame */
    receive(frame) {
      const before = [hallway, invitations, clubChanges, people]
      hallway = reduceHallway(hallway, frame)
      invitations = reduceInvitations(invitations, frame)
      clubChanges = reduceClubChanges(clubChanges, frame)
      people = reducePeople(people, frame)
      if ([hallway, invitations, clubChanges, people].some((each, index) => each !== before[index])) onChange()
    },

    /** @param {HallwayStatus} next */
    report({ state, problem, retry_at }) {
      status = { state, problem, retry_at }
      onChange()
    },

    start() {
      if (stream || !maySubscribe()) return
      const started = technique.subscribe({
        path: HALLWAY,
        onFrame: (frame) => void (stream === started && subscription.receive(frame)),
        onState: (next) => void (stream === started && subscription.report(next)),
      })
      stream = started
      started.start()
    },

    stop() {
      const old = stream
      stream = null
      old?.close()
    },

    /** From now on its frames come in a room's stream. */
    handOver() {
      if (!stream) return
      subscription.stop()
      subscription.report({ state: 'live', problem: null, retry_at: null })
    },

    /** Subscribes again after it ended, as the present user. */
    retry() {
      if (status.state !== 'ended') return
      subscription.stop()
      subscription.report({ state: 'connecting', problem: null, retry_at: null })
      subscription.start()
    },

    /** Another user is signed in: the invitations and the followed people were those of the user before. */
    changeUser() {
      invitations = NO_INVITATIONS
      people = NOBODY_HERE
      onChange()
      if (!stream) return
      subscription.stop()
      subscription.start()
    },

    /** I have seen an invitation: it is no longer announced. @param {number} id  of an invitation */
    seenInvitation(id) {
      invitations = withoutFresh(invitations, id)
      onChange()
    },

    /** @param {boolean} [dead]  the open connection no longer works */
    probe: (dead) => stream?.probe(dead),
  }
  return subscription
}
