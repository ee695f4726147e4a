/**
 * My open invitations, as the stream sends them: always the whole list, and the newest list wins. And the calls that create, answer and
 * withdraw invitations.
 *
 * @typedef {{ id: number, code: string, club_id: number|null, club: string|null, room_id: number|null, room: string|null,
 *             invited_by: string, created_at: string, expires_at: string }} Invitation
 */

/** @type {{ known: boolean, list: readonly Invitation[], fresh: readonly Invitation[] }} `fresh`: those that arrived while this page was open, and that I have not seen */
export const NO_INVITATIONS = Object.freeze({ known: false, list: [], fresh: [] })

/**
 * @param {typeof NO_INVITATIONS} state
 * @param {import('../signaling/subscription.js').Frame} frame  a `snapshot` or `invitations` frame
 */
export function reduceInvitations(state, frame) {
  if (frame.type !== 'snapshot' && frame.type !== 'invitations') return state
  const { invitations } = frame.data
  if (!Array.isArray(invitations)) return state
  if (state.known && same(state.list, invitations)) return state
  const before = new Set(state.list.map(({ id }) => id))
  const open = new Set(invitations.map(({ id }) => id))
  // Invitations that were open before are only listed. Those that arrive now are also announced.
  const arrived = state.known ? /** @type {Invitation[]} */ (invitations).filter(({ id }) => !before.has(id)) : []
  return Object.freeze({ known: true, list: invitations, fresh: [...state.fresh.filter(({ id }) => open.has(id)), ...arrived] })
}

const same = (/** @type {readonly { id: number }[]} */ a, /** @type {readonly { id: number }[]} */ b) => a.length === b.length && a.every(({ id }, index) => id === b[index].id)

/** @param {typeof NO_INVITATIONS} state @param {number} id  it was seen or answered */
export const withoutFresh = (state, id) => Object.freeze({ ...state, fresh: state.fresh.filter((one) => one.id !== id) })

/**
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows> }} parts
 */
export function createInvitations({ rows }) {
  return {
    /** The invitation of a link, also for a user who is not signed in. @param {string} code */
    one: (code) => rows.rpc('invitation', { code }),
    accept: (/** @type {string} */ code) => rows.rpc('accept_invitation', { code }),
    decline: (/** @type {string} */ code) => rows.rpc('decline_invitation', { code }),
    withdraw: (/** @type {number} */ id) => rows.remove('invitations', { id: `eq.${id}` }),
    /**
     * @param {{ club_id?: number, room_id?: number }} place
     * @param {{ username?: string|null, expires_in?: string, max_uses?: number|null }} how  `username` null makes a link
     */
    make({ club_id, room_id }, { username = null, expires_in, max_uses = null } = {}) {
      const terms = { username, ...(expires_in ? { expires_in } : {}), max_uses: username === null ? max_uses : null }
      return club_id ? rows.rpc('invite_to_club', { club_id, ...terms }) : rows.rpc('invite_to_room', { room_id, ...terms })
    },
  }
}
