import { createDevices } from '../media/devices.js'
import { createVolumes } from '../media/volume.js'
import { createRows } from '../signaling/rows.js'
import { createTechnique } from '../signaling/technique.js'
import { createBlocks } from './blocks.js'
import { createClubs } from './clubs.js'
import { EMPTY_HALLWAY, openRooms, reduceHallway } from './hallway.js'
import { createInvitations, NO_INVITATIONS, reduceInvitations, withoutFresh } from './invitations.js'
import { createProfiles } from './profiles.js'
import { createRecordings } from './recordings.js'
import { createReminders } from './reminders.js'
import { createVisit } from './visit.js'

/**
 * The shell: its hallway, and the one room I am in. One follower per tab carries both, for a browser allows six connections to a host;
 * so in a room the hallway travels along with the room's log, and outside it has a follower of its own.
 *
 * @typedef {{ connection: import('../signaling/follower.js').FollowerState, problem: import('../signaling/problem.js').Problem|null,
 *             retry_at: number|null, hallway: ReturnType<typeof openRooms>, following: ReadonlySet<number>,
 *             invitations: typeof NO_INVITATIONS, reminders: ReadonlySet<number>, blocks: ReadonlySet<number>,
 *             visit: ReturnType<typeof createVisit>|null }} ShellState
 *
 * @param {{ session: ReturnType<typeof import('../session.js').createSession> }} options
 */
export function createShell({ session }) {
  const rows = createRows({ fetch: session.fetch })
  const technique = createTechnique({ session })
  const devices = createDevices()
  const volumes = createVolumes()
  /** @type {Set<(state: ShellState) => void>} */ const listeners = new Set()
  const blocks = createBlocks({ rows, onChange: changed })
  let hallway = EMPTY_HALLWAY
  /** @type {ReadonlySet<number>} */ let following = new Set()
  let invitations = NO_INVITATIONS
  const reminders = createReminders({ rows, onChange: () => changed() })
  /** @type {{ connection: import('../signaling/follower.js').FollowerState, problem: import('../signaling/problem.js').Problem|null, retry_at: number|null }} */
  let standing = { connection: 'connecting', problem: null, retry_at: null }
  /** @type {ReturnType<typeof createVisit>|null} */ let visit = null
  /** @type {import('../signaling/follower.js').Follower|null} */ let stream = null
  let isOpen = false
  /** @type {number|null|undefined} */ let whose = null
  let hidden = false // gone, or in the back/forward cache
  let away = false // from a room, while hidden
  let signingOut = false
  /** @type {ShellState|null} */ let state = null
  let due = false

  function changed() {
    state = null
    if (due) return
    due = true
    queueMicrotask(() => {
      due = false
      for (const listener of listeners) listener(shell.state)
    })
  }

  function arrive(/** @type {import('../signaling/follower.js').Frame} */ frame) {
    const before = [hallway, invitations]
    hallway = reduceHallway(hallway, frame)
    invitations = reduceInvitations(invitations, frame)
    if (hallway !== before[0] || invitations !== before[1]) changed()
  }

  function onFollowing(/** @type {Omit<import('../signaling/follower.js').Following, 'reason'>} */ { state: connection, problem, retry_at }) {
    standing = { connection, problem, retry_at }
    changed()
  }

  function watchHallway() {
    if (stream || !isOpen || hidden || signingOut) return
    const mine = technique.follow({
      path: '/hallway',
      onFrame: (frame) => void (stream === mine && arrive(frame)),
      onState: (next) => void (stream === mine && onFollowing(next)),
    })
    stream = mine
    mine.start()
  }

  function leaveHallway() {
    const old = stream
    stream = null
    old?.close()
  }

  /** The visit's stream brings the hallway as long as it lives. */
  function attend(/** @type {ReturnType<typeof createVisit>} */ mine) {
    mine.subscribe(({ phase }) => {
      if (visit !== mine) return
      if (phase === 'in' && stream) {
        leaveHallway()
        onFollowing({ state: 'live', problem: null, retry_at: null })
      } else if (phase === 'left') {
        watchHallway()
      }
    })
  }

  async function readFollowing() {
    const { user } = session
    const clubs = user ? await rows.select('followers', { user_id: `eq.${user.id}`, select: 'club_id' }) : []
    if (whose !== user?.id) return
    following = new Set(clubs.map(({ club_id }) => club_id))
    changed()
  }

  async function learnFollowing() {
    const { user } = session
    blocks.learn(user)
    if (whose === user?.id) return
    whose = user?.id
    following = new Set()
    invitations = NO_INVITATIONS
    changed()
    if (stream) {
      leaveHallway() // as somebody else
      watchHallway()
    }
    reminders.learn(user?.id ?? null).catch(() => {}) // like the order of the hallway: not worth an alarm
    if (!user) return
    try {
      await readFollowing()
    } catch {
      whose = undefined // the order of the hallway is not worth an alarm; asked again with the next sign-in
    }
  }

  function onPageHide() {
    hidden = true
    away = Boolean(visit && visit.state.phase !== 'left')
    visit?.vanish()
    leaveHallway()
  }

  function onPageShow(/** @type {PageTransitionEvent} */ { persisted }) {
    if (!persisted) return
    hidden = false
    watchHallway()
    if (away) visit?.rejoin()
    away = false
  }

  function onVisible() {
    if (document.visibilityState === 'visible') stream?.probe()
  }

  const onOnline = () => stream?.probe(true)

  const shell = {
    rows,
    devices,
    volumes,
    reminders,
    clubs: createClubs({ rows }),
    profiles: createProfiles({ rows }),
    recordings: createRecordings({ rows, fetch: session.fetch }),
    invitations: createInvitations({ rows }),
    /** It was looked at: its notice is not needed any more. @param {number} id  of an invitation */
    seenInvitation(id) {
      invitations = withoutFresh(invitations, id)
      changed()
    },
    /** @returns {ShellState} */
    get state() {
      state ??= Object.freeze({ ...standing, hallway: openRooms(hallway, following), following, invitations, reminders: reminders.wanted, blocks: blocks.all, visit })
      return state
    },
    get visit() {
      return visit
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
      return blocks.inside(roomId)
    },
    /** How this tab follows: sse, poll, longpoll or websocket; null while it is not known yet. */
    get via() {
      return technique.name
    },
    /** @param {(state: ShellState) => void} listener */
    subscribe(listener) {
      listeners.add(listener)
      listener(shell.state)
      return () => listeners.delete(listener)
    },

    open() {
      if (isOpen) return
      isOpen = true
      window.addEventListener('pagehide', onPageHide)
      window.addEventListener('pageshow', onPageShow)
      window.addEventListener('online', onOnline)
      document.addEventListener('visibilitychange', onVisible)
      session.subscribe(learnFollowing)
      devices.open()
      watchHallway()
    },

    /** Follows the hallway once more after it ended: as whoever I am now. */
    retry() {
      if (standing.connection !== 'ended' || !isOpen) return
      leaveHallway()
      onFollowing({ state: 'connecting', problem: null, retry_at: null })
      watchHallway()
    },

    close() {
      isOpen = false
      window.removeEventListener('pagehide', onPageHide)
      window.removeEventListener('pageshow', onPageShow)
      window.removeEventListener('online', onOnline)
      document.removeEventListener('visibilitychange', onVisible)
      devices.close()
      leaveHallway()
      return shell.leave()
    },

    /** @param {number} roomId @param {{ role?: string }} [options] @returns {ReturnType<typeof createVisit>} */
    enter(roomId, { role } = {}) {
      if (!session.user) throw new Error('sign in before entering a room')
      if (visit?.room_id === roomId && visit.state.phase !== 'left') return visit
      shell.leave()
      const mine = createVisit({
        ...{ user: session.user, fetch: session.fetch, technique, devices, volumes, roomId, role },
        onFrame: (frame) => void (visit === mine && arrive(frame)),
        onFollowing: (next) => void (visit === mine && !stream && onFollowing(next)),
      })
      visit = mine
      attend(mine)
      mine.start()
      changed()
      return mine
    },

    /** Leaves quietly. */
    leave: async () => {
      const old = visit
      if (old && old.state.phase !== 'left') await old.leave()
    },

    /** Nothing is followed while I stop being who I was: it would be refused half-way. */
    async signOut() {
      signingOut = true
      leaveHallway()
      try {
        await shell.leave()
        await session.signOut()
      } finally {
        signingOut = false
        watchHallway()
      }
    },

    /** @param {{ name: string, club_id?: number|null, stage?: 'open'|'moderated', access?: string, starts_at?: string|null, host_gone?: string }} room */
    startRoom: async (room) => /** @type {{ id: number, name: string, starts_at: string|null }} */ ((await rows.insert('rooms', room))?.[0]),
    openRoom: (/** @type {number} */ roomId) => rows.rpc('open_room', { room_id: roomId }),
    /** @param {number} roomId @param {string} [reason] */
    endRoom: (roomId, reason) => rows.rpc('end_room', { room_id: roomId, ...(reason ? { reason } : {}) }),
    /** The clubs I may start a room in: those I am a member of. @returns {Promise<any[]>} */
    async myClubs() {
      const mine = session.user ? await rows.select('members', { user_id: `eq.${session.user.id}`, select: 'club_id' }) : []
      if (!mine.length) return []
      const ids = mine.map(({ club_id }) => club_id).join(',')
      return rows.select('clubs', { id: `in.(${ids})`, select: 'id,name,description,topic_id,owner_id', order: 'name' })
    },

    /** What I follow may have changed by something else I did: founding a club, accepting an invitation to one. */
    learnFollowing: () => readFollowing().catch(() => {}),
    async follow(/** @type {number} */ clubId) {
      await rows.insert('followers', { club_id: clubId }, { representation: false })
      following = new Set(following).add(clubId)
      changed()
    },
    async unfollow(/** @type {number} */ clubId) {
      await rows.remove('followers', { club_id: `eq.${clubId}`, user_id: `eq.${session.user?.id}` })
      following = new Set([...following].filter((id) => id !== clubId))
      changed()
    },
  }
  return shell
}
