import { usernamesOf } from './usernames.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * Clubs, their members and invitations: rows and functions of the database, which decides who may do what.
 *
 * @typedef {{ id: number, name: string, description: string|null, topic: string|null, owner: string, members: number, followers: number,
 *             open_rooms: number, followed: boolean, my_role: 'OWNER'|'ADMIN'|'MEMBER'|null }} Club
 * @typedef {{ club_id: number, user_id: number, username: string, role: 'OWNER'|'ADMIN'|'MEMBER', since: string }} Member
 * @typedef {{ id: number, code: string, invited_user: number|null, invited_name: string|null, expires_at: string, uses: number, max_uses: number|null }} OpenInvitation
 * @typedef {Club & { roster: Member[], invitations: OpenInvitation[] }} ClubPage
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows> }} parts
 */
export function createClubs({ rows }) {
  /** @param {number} club_id */
  const of = (club_id) => ({ club_id: `eq.${club_id}` })

  /** The invitations of a club that may still be used, with the names of the invited. @param {number} club_id @returns {Promise<Json[]>} */
  async function invitationsOf(club_id) {
    const all = await rows.select('invitations', { ...of(club_id), declined_at: 'is.null', expires_at: `gt.${new Date().toISOString()}`, order: 'created_at.desc', limit: 50 })
    const open = all.filter((one) => one.max_uses === null || one.uses < one.max_uses)
    const names = await usernamesOf(rows, open.map((one) => one.invited_user).filter((id) => id !== null))
    return open.map((one) => ({ ...one, invited_name: names.get(one.invited_user) ?? null }))
  }

  return {
    /** @returns {Promise<Club[]>} all clubs: first those I am a member of, then those I follow */
    async all() {
      /** @type {Json[]} */ const clubs = await rows.select('club_directory', { order: 'name', limit: 500 })
      /** @param {Club} club */
      const rank = (club) => (club.my_role ? 0 : club.followed ? 1 : 2)
      return clubs.sort((a, b) => rank(a) - rank(b))
    },

    /** @param {number} club_id @returns {Promise<ClubPage|null>} */
    async one(club_id) {
      const [[club], roster] = await Promise.all([
        rows.select('club_directory', { id: `eq.${club_id}` }),
        rows.select('club_roster', { ...of(club_id), limit: 500 }),
      ])
      if (!club) return null
      const manages = club.my_role === 'OWNER' || club.my_role === 'ADMIN'
      return /** @type {Json} */ ({ ...club, roster: inOrder(/** @type {Json} */ (roster)), invitations: manages ? await invitationsOf(club_id) : [] })
    },

    topics: () => rows.select('topics', { select: 'id,name,emoji', order: 'name' }),
    /** @param {{ name: string, description: string|null, topic: string|null }} club */
    create: ({ name, description, topic }) => rows.rpc('create_club', { name, description, topic }),
    /** @param {number} club_id @param {import('../signaling/rows.js').Row} change */
    change: (club_id, change) => rows.update('clubs', change, { id: `eq.${club_id}` }),
    /** @param {number} club_id @param {string} username  a member */
    handOver: (club_id, username) => rows.rpc('hand_over_club', { club_id, username }),
    /** @param {number} club_id */
    delete: (club_id) => rows.rpc('delete_club', { club_id }),
    /** @param {number} club_id */
    leave: (club_id) => rows.rpc('leave_club', { club_id }),
    /** @param {number} club_id @param {number} user_id */
    remove: (club_id, user_id) => rows.remove('members', { ...of(club_id), user_id: `eq.${user_id}` }),
    /** @param {number} club_id @param {number} user_id @param {string} role */
    setRole: (club_id, user_id, role) => rows.update('members', { role }, { ...of(club_id), user_id: `eq.${user_id}` }),
  }
}

const CHANGES_KEPT = 200

/**
 * Which clubs changed, by the hallway's frames: `version` counts the frames, `latest` has the newest of each club, and `all` the newest after which
 * any club may have changed.
 * @typedef {{ version: number, all: number, latest: ReadonlyMap<number, number> }} ClubChanges
 * @type {ClubChanges}
 */
export const NO_CLUB_CHANGES = Object.freeze({ version: 0, all: 0, latest: new Map() })

/** @param {ClubChanges} changes @param {import('../signaling/subscription.js').Frame} frame @returns {ClubChanges} */
export function reduceClubChanges(changes, { type, data }) {
  const version = changes.version + 1
  // While the hallway was not followed, any club may have changed.
  if ((type === 'snapshot' && data.hallway) || (type === 'clubs' && data.clubs === null)) return Object.freeze({ version, all: version, latest: new Map() })
  if (type !== 'clubs') return changes
  const latest = new Map(changes.latest)
  let { all } = changes
  for (const id of data.clubs) {
    latest.delete(id)
    latest.set(id, version)
  }
  for (const [id, at] of latest) {
    if (latest.size <= CHANGES_KEPT) break
    latest.delete(id)
    all = at
  }
  return Object.freeze({ version, all, latest })
}

/** Whether a club, or any club, changed after a version. @param {ClubChanges} changes @param {number} version @param {number} [club_id] */
export const changedAfter = (changes, version, club_id) => (club_id === undefined ? changes.version : Math.max(changes.all, changes.latest.get(club_id) ?? 0)) > version

/** @type {Record<Member['role'], number>} */ const RANKS = { OWNER: 0, ADMIN: 1, MEMBER: 2 }

/** Owners, then admins, then members; in each group those who joined first come first. @param {Member[]} roster */
const inOrder = (roster) => [...roster].sort((a, b) => RANKS[a.role] - RANKS[b.role] || Date.parse(a.since) - Date.parse(b.since))
