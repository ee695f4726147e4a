import { createDevices } from '../media/devices.js'
import { createVolumes } from '../media/volume.js'
import { createRows } from '../signaling/rows.js'
import { createTechnique } from '../signaling/technique.js'
import { createBlocks } from './blocks.js'
import { createClubs } from './clubs.js'
import { createEncryptionMemory } from './encryption_memory.js'
import { createEndedRooms } from './ended_rooms.js'
import { createFollowedClubs } from './followed_clubs.js'
import { createFollowedPeople } from './followed_people.js'
import { openRooms } from './hallway.js'
import { createHallwaySubscription } from './hallway_subscription.js'
import { createInvitations } from './invitations.js'
import { createKeptSession } from './kept_session.js'
import { createMoreRooms, withMore } from './more_rooms.js'
import { createModeration } from './moderation.js'
import { createObservable } from './observable.js'
import { createProfiles } from './profiles.js'
import { createRecordings } from './recordings.js'
import { createCoHostNotices } from './co_host_notices.js'
import { createReminders } from './reminders.js'
import { createRoomApi } from './room_api.js'
import { createRoomSession } from './room_session.js'

/**
 * The app shell without its view: the hallway, and the one room I am in. A tab has one stream for both, because a browser allows six
 * connections to a host: in a room the hallway comes in the room's stream, outside of rooms it has a stream of its own.
 *
 * @typedef {{ connection: import('../signaling/subscription.js').SubscriptionState, problem: import('../signaling/problem.js').Problem|null,
 *             retry_at: number|null, hallway: ReturnType<typeof openRooms>, more: import('./more_rooms.js').MoreRooms, following: ReadonlySet<number>,
 *             people: import('./followed_people.js').PeopleHere, followedPeople: ReadonlySet<number>,
 *             invitations: typeof import('./invitations.js').NO_INVITATIONS, reminders: ReadonlySet<number>, weeklyReminders: ReadonlySet<number>, coHostNotices: import('./co_host_notices.js').CoHostNotice[], blocks: ReadonlySet<number>,
 *             clubChanges: import('./clubs.js').ClubChanges, roomSession: ReturnType<typeof createRoomSession>|null,
 *             fallback: import('../signaling/fallback.js').TechniqueName|null }} ShellState  fallback: used because another technique does not work here
 *
 * @param {{ session: ReturnType<typeof import('../session.js').createSession> }} options
 */
export function createShell({ session }) {
  const rows = createRows({ fetch: session.fetch })
  /** @type {import('../signaling/fallback.js').TechniqueName|null} */ let fallback = null
  const technique = createTechnique({
    session,
    onFallback(name) {
      fallback = name
      onChange()
    },
  })
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
  const people = createFollowedPeople({ rows, onChange })
  const reminders = createReminders({ rows, onChange })
  const coHostNotices = createCoHostNotices({ rows, onChange })
  const kept = createKeptSession()
  const recordings = createRecordings({ rows, fetch: session.fetch })
  const hallway = createHallwaySubscription({ technique, maySubscribe: () => isOpen && !hidden && !signingOut, onChange: onHallway })
  const more = createMoreRooms({ rows, window: () => hallway.hallway, onChange })
  /** @type {ReturnType<typeof createRoomSession>|null} */ let roomSession = null
  const memory = createEncryptionMemory()
  let isOpen = false
  /** @type {number|null} */ let user_id = null // who is signed in
  let hidden = false // the page was left; it may be in the back/forward cache
  let signingOut = false

  /** @returns {ShellState} */
  function stateNow() {
    const { state: connection, problem, retry_at } = hallway.status
    return Object.freeze({
      ...{ connection, problem, retry_at, hallway: openRooms(withMore(hallway.hallway, more.state.rows), followed.all, { following: people.all, here: hallway.people }), more: more.state, following: followed.all },
      ...{ people: hallway.people, followedPeople: people.all, invitations: hallway.invitations, reminders: reminders.all, weeklyReminders: reminders.weekly, coHostNotices: coHostNotices.all, blocks: blocks.all, clubChanges: hallway.clubChanges, roomSession, fallback },
    })
  }

  /** While the room session is connected, its stream brings the hallway. */
  function watchPhase(/** @type {ReturnType<typeof createRoomSession>} */ entered) {
    entered.subscribe(({ phase }) => {
      if (roomSession !== entered) return
      if (phase === 'in') hallway.handOver()
      else if (phase === 'left') hallway.start()
    })
  }

  function onHallway() {
    more.windowChanged()
    reminders.see(hallway.hallway)
    coHostNotices.see(hallway.hallway)
    more.see(new Set([...hallway.people.values()].flatMap(({ rooms }) => rooms)))
    onChange()
  }

  /** Another user may be signed in. */
  function onSession() {
    const { user } = session
    for (const each of [blocks, followed, people, reminders, coHostNotices]) each.changeUser(user)
    if (user_id === (user?.id ?? null)) return
    user_id = user?.id ?? null
    more.forget()
    hallway.changeUser()
  }

  /** What can be done to a room, also without being in it. @param {number} room_id */
  function moderationOf(room_id) {
    if (!session.user) throw new Error('sign in before moderating a room')
    return createModeration(createRoomApi({ user: session.user, room_id, rows, technique }))
  }

  /** The page is left: closed, loaded again, or put into the back/forward cache. None of them leaves the room. */
  function onPageHide() {
    hidden = true
    const name = roomSession?.state.room?.name ?? ''
    const before = roomSession?.suspend()
    if (roomSession && before && session.user) kept.keep({ ...before, user_id: session.user.id, room_id: roomSession.room_id, name })
    hallway.stop()
  }

  function onPageShow(/** @type {PageTransitionEvent} */ { persisted }) {
    if (!persisted) return
    hidden = false
    kept.forget()
    hallway.start()
    if (roomSession?.state.reason === 'suspended') roomSession.rejoin()
  }

  function onVisible() {
    if (document.visibilityState === 'visible') hallway.probe()
  }

  const onOnline = () => hallway.probe(true)

  const shell = {
    devices,
    volumes,
    reminders,
    seenCoHosting: coHostNotices.seen,
    moreRooms: { next: more.next, find: more.find, findAgain: more.findAgain, look: more.look },
    clubs: createClubs({ rows }),
    profiles: createProfiles({ rows }),
    recordings,
    endedRooms: createEndedRooms({ rows, recordings, signedIn: () => session.user !== null }),
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
    /** Who blocks a user follows them no longer. @param {{ user_id: number, username: string }} person */
    async block(person) {
      await blocks.block(person)
      await people.reload().catch(() => {})
    },
    followPerson: people.follow,
    unfollowPerson: people.unfollow,
    unblock: blocks.unblock,
    /** @param {number} roomId @returns {Promise<string[]>} the names of those I blocked who are in this room */
    async blockedIn(roomId) {
      await blocks.changeUser(session.user)
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
      session.subscribe(onSession)
      devices.open()
      hallway.start()
    },

    /** Subscribes to the hallway again after it ended, as the present user. */
    retry() {
      if (isOpen) hallway.retry()
    },

    /** @param {number} roomId @param {{ role?: string, before?: import('./absence.js').Before|null }} [options] @returns {ReturnType<typeof createRoomSession>} */
    enter(roomId, { role, before = session.user && kept.take(session.user.id, roomId) } = {}) {
      if (!session.user) throw new Error('sign in before entering a room')
      if (roomSession?.room_id === roomId && roomSession.state.phase !== 'left') return roomSession
      shell.leave()
      if (memory.wasEncrypted(roomId) || [...shell.state.hallway, shell.state.more.looked].some((row) => row?.id === roomId && row.encrypted)) memory.noteEncrypted(roomId)
      const entered = createRoomSession({
        ...{ session, technique, settings: { devices, volumes, memory }, entry: { room_id: roomId, role, before } },
        hallway: {
          receive: (frame) => void (roomSession === entered && hallway.receive(frame)),
          report: (status) => void (roomSession === entered && !hallway.streams && hallway.report(status)),
        },
      })
      roomSession = entered
      watchPhase(entered)
      entered.start()
      onChange()
      return entered
    },

    /**
     * Before the page was loaded again I was in a room, and another page was shown: returns to it while the seat is kept.
     * @returns {Promise<{ room_id: number, name: string }|null>} the room whose seat is lost; null if there is none
     */
    async returnToRoom() {
      const { user } = session
      const last = user && kept.take(user.id)
      if (!last || roomSession) return null
      const [seat] = await rows.select('participants', { room_id: `eq.${last.room_id}`, user_id: `eq.${user.id}`, select: 'peer_id' })
      if (!seat?.peer_id) return last
      if (seat.peer_id === last.peer_id && !roomSession) shell.enter(last.room_id, { before: last })
      return null
    },

    /** Leaves the room. */
    leave: async () => {
      const old = roomSession
      if (old && old.state.phase !== 'left') await old.leave()
    },

    /** Ends the subscriptions first: otherwise they would be refused during the sign-out. @returns {Promise<string|null>}  see session.js */
    async signOut() {
      signingOut = true
      hallway.stop()
      try {
        await shell.leave()
        return await session.signOut()
      } finally {
        signingOut = false
        hallway.start()
      }
    },

    /** @param {{ name: string, club_id?: number|null, stage?: 'open'|'moderated', access?: string, starts_at?: string|null, repeats?: string, time_zone?: string, host_gone?: string, encrypted?: boolean }} room */
    async startRoom(room) {
      const started = /** @type {{ id: number, name: string, starts_at: string|null }} */ ((await rows.insert('rooms', room))?.[0])
      if (room.encrypted) memory.noteEncrypted(started.id)
      return started
    },
    moderationOf,
    /** A planned room with all that can be changed about it. @param {import('./hallway.js').HallwayRow} row */
    async plannedRoom({ id, club }) {
      const [room] = await rows.select('rooms', { id: `eq.${id}`, select: 'id,name,description,club_id,stage,access,host_gone,starts_at,repeats,time_zone' })
      return /** @type {import('../view/hallway/start_room.js').PlannedRoom} */ ({ ...room, club })
    },
    /** The names of a room's co-hosts. @param {number} id @returns {Promise<readonly string[]>} */
    coHosts: async (id) => (await rows.select('hallway', { id: `eq.${id}`, select: 'co_hosts' }))[0]?.co_hosts ?? [],
    /** The clubs in which I may start a room. */
    myClubs: followed.mine,

    /** Another action may have changed which clubs I follow: creating a club, accepting an invitation. */
    reloadFollowing: () => followed.reload().catch(() => {}),
    follow: followed.follow,
    unfollow: followed.unfollow,
  }
  return shell
}
