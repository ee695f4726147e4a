import { createDevices } from '../media/devices.js'
import { createVolumes } from '../media/volume.js'
import { createRows } from '../signaling/rows.js'
import { createTechnique } from '../signaling/technique.js'
import { createBlocks } from './blocks.js'
import { createClubs } from './clubs.js'
import { createFollowedClubs } from './followed_clubs.js'
import { openRooms } from './hallway.js'
import { createHallwaySubscription } from './hallway_subscription.js'
import { createInvitations } from './invitations.js'
import { createObservable } from './observable.js'
import { createProfiles } from './profiles.js'
import { createRecordings } from './recordings.js'
import { createReminders } from './reminders.js'
import { createRoomSession } from './room_session.js'

/**
 * The app shell without its view: the hallway, and the one room I am in. A tab has one stream for both, because a browser allows six
 * connections to a host: in a room the hallway comes in the room's stream, outside of rooms it has a stream of its own.
 *
 * @typedef {{ connection: import('../signaling/subscription.js').SubscriptionState, problem: import('../signaling/problem.js').Problem|null,
 *             retry_at: number|null, hallway: ReturnType<typeof openRooms>, following: ReadonlySet<number>,
 *             invitations: typeof import('./invitations.js').NO_INVITATIONS, reminders: ReadonlySet<number>, blocks: ReadonlySet<number>,
 *             roomSession: ReturnType<typeof createRoomSession>|null }} ShellState
 *
 * @param {{ session: ReturnType<typeof import('../session.js').createSession> }} options
 */
export function createShell({ session }) {
  const rows = createRows({ fetch: session.fetch })
  const technique = createTechnique({ session })
  const devices = createDevices()
  const volumes = createVolumes({ isBlocked: (user_id) => blocks.all.has(user_id) })
  const observable = createObservable(stateNow)
  const onChange = observable.changed
  const blocks = createBlocks({
    rows,
    onChange(changed) {
      volumes.reconsider(changed)
      onChange()
    },
  })
  const followed = createFollowedClubs({ rows, onChange })
  const reminders = createReminders({ rows, onChange })
  const hallway = createHallwaySubscription({ technique, maySubscribe: () => isOpen && !hidden && !signingOut, onChange })
  /** @type {ReturnType<typeof createRoomSession>|null} */ let roomSession = null
  let isOpen = false
  /** @type {number|null|undefined} */ let whose = null
  let hidden = false // the page was left; it may be in the back/forward cache
  let away = false // the room was left because the page was hidden
  let signingOut = false

  /** @returns {ShellState} */
  function stateNow() {
    const { state: connection, problem, retry_at } = hallway.status
    return Object.freeze({
      ...{ connection, problem, retry_at, hallway: openRooms(hallway.hallway, followed.ids), following: followed.ids },
      ...{ invitations: hallway.invitations, reminders: reminders.wanted, blocks: blocks.all, roomSession },
    })
  }

  /** While the room session is connected, its stream brings the hallway. */
  function watchPhase(/** @type {ReturnType<typeof createRoomSession>} */ mine) {
    mine.subscribe(({ phase }) => {
      if (roomSession !== mine) return
      if (phase === 'in') hallway.handOver()
      else if (phase === 'left') hallway.start()
    })
  }

  /** Another user may be signed in. */
  async function learnWho() {
    const { user } = session
    blocks.learn(user)
    if (whose === user?.id) return
    whose = user?.id
    followed.changeUser(user)
    hallway.changeUser()
    reminders.learn(user?.id ?? null).catch(() => {}) // not important enough for an error
    if (!user) return
    try {
      await followed.read()
    } catch {
      whose = undefined // not important enough for an error; read again with the next sign-in
    }
  }

  function onPageHide() {
    hidden = true
    away = Boolean(roomSession && roomSession.state.phase !== 'left')
    roomSession?.leaveAtOnce()
    hallway.stop()
  }

  function onPageShow(/** @type {PageTransitionEvent} */ { persisted }) {
    if (!persisted) return
    hidden = false
    hallway.start()
    if (away) roomSession?.rejoin()
    away = false
  }

  function onVisible() {
    if (document.visibilityState === 'visible') hallway.probe()
  }

  const onOnline = () => hallway.probe(true)

  const shell = {
    rows,
    devices,
    volumes,
    reminders,
    clubs: createClubs({ rows }),
    profiles: createProfiles({ rows }),
    recordings: createRecordings({ rows, fetch: session.fetch }),
    invitations: createInvitations({ rows }),
    seenInvitation: hallway.seenInvitation,
    /** @returns {ShellState} */
    get state() {
      return observable.state
    },
    get roomSession() {
      return roomSession
    },
    /** @returns {ReadonlySet<number>} the ids of those I blocked */
    get blocks() {
      return blocks.all
    },
    block: blocks.block,
    unblock: blocks.unblock,
    /** @param {number} roomId @returns {Promise<string[]>} the names of those I blocked who sit there */
    blockedIn(roomId) {
      blocks.learn(session.user)
      return blocks.namesIn(roomId)
    },
    /** The technique of this tab: sse, poll, longpoll or websocket; null while it is not known yet. */
    get via() {
      return technique.name
    },
    subscribe: observable.subscribe,

    open() {
      if (isOpen) return
      isOpen = true
      window.addEventListener('pagehide', onPageHide)
      window.addEventListener('pageshow', onPageShow)
      window.addEventListener('online', onOnline)
      document.addEventListener('visibilitychange', onVisible)
      session.subscribe(learnWho)
      devices.open()
      hallway.start()
    },

    /** Subscribes to the hallway again after it ended, as the present user. */
    retry() {
      if (isOpen) hallway.retry()
    },

    close() {
      isOpen = false
      window.removeEventListener('pagehide', onPageHide)
      window.removeEventListener('pageshow', onPageShow)
      window.removeEventListener('online', onOnline)
      document.removeEventListener('visibilitychange', onVisible)
      devices.close()
      hallway.stop()
      return shell.leave()
    },

    /** @param {number} roomId @param {{ role?: string }} [options] @returns {ReturnType<typeof createRoomSession>} */
    enter(roomId, { role } = {}) {
      if (!session.user) throw new Error('sign in before entering a room')
      if (roomSession?.room_id === roomId && roomSession.state.phase !== 'left') return roomSession
      shell.leave()
      const mine = createRoomSession({
        ...{ user: session.user, fetch: session.fetch, technique, devices, volumes, roomId, role },
        onFrame: (frame) => void (roomSession === mine && hallway.receive(frame)),
        onSubscription: (next) => void (roomSession === mine && !hallway.streams && hallway.report(next)),
      })
      roomSession = mine
      watchPhase(mine)
      mine.start()
      onChange()
      return mine
    },

    /** Leaves the room. */
    leave: async () => {
      const old = roomSession
      if (old && old.state.phase !== 'left') await old.leave()
    },

    /** The subscriptions end first: otherwise they would be refused during the sign-out. */
    async signOut() {
      signingOut = true
      hallway.stop()
      try {
        await shell.leave()
        await session.signOut()
      } finally {
        signingOut = false
        hallway.start()
      }
    },

    /** @param {{ name: string, club_id?: number|null, stage?: 'open'|'moderated', access?: string, starts_at?: string|null, host_gone?: string }} room */
    startRoom: async (room) => /** @type {{ id: number, name: string, starts_at: string|null }} */ ((await rows.insert('rooms', room))?.[0]),
    openRoom: (/** @type {number} */ roomId) => rows.rpc('open_room', { room_id: roomId }),
    /** @param {number} roomId @param {string} [reason] */
    endRoom: (roomId, reason) => rows.rpc('end_room', { room_id: roomId, ...(reason ? { reason } : {}) }),
    /** The clubs in which I may start a room. */
    myClubs: followed.mine,

    /** Another action may have changed which clubs I follow: creating a club, accepting an invitation. */
    learnFollowing: () => followed.read().catch(() => {}),
    follow: followed.follow,
    unfollow: followed.unfollow,
  }
  return shell
}
