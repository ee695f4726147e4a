/**
 * What hosts and moderators can do: one call of the database for each action. Only the database decides who may do what. A refusal is a
 * Problem, which is shown beside the button.
 *
 * @typedef {{ user_id: number, username: string }} Named
 *
 * @param {import('./room_api.js').RoomApi} api
 */
export function createModeration({ call, change, changeSeat, select, usernames }) {

  return {
    // The stage. Nobody comes to it without consent.
    bringUp: (/** @type {Named} */ { username }) => call('promote', { username }),
    lowerHand: (/** @type {Named} */ { username }) => call('lower_hand', { username }),
    invite: (/** @type {Named} */ { username }) => call('invite_to_speak', { username }),
    withdraw: (/** @type {Named} */ { user_id }) => changeSeat({ invited_to_speak_at: null }, user_id),
    moveDown: (/** @type {Named} */ { username }) => call('move_to_audience', { username }),
    makeModerator: (/** @type {Named} */ { username }) => call('promote', { username, role: 'MODERATOR' }),
    makeSpeaker: (/** @type {Named} */ { username }) => call('promote', { username, role: 'SPEAKER' }),

    // Microphones: a moderator can mute, but not unmute.
    mute: (/** @type {Named} */ { username }) => call('mute', { username }),
    muteAll: () => call('mute_all'),
    askToUnmute: (/** @type {Named} */ { username }) => call('ask_to_unmute', { username }),

    // Who may be in the room.
    remove: (/** @type {Named} */ { username }) => call('remove_from_room', { username }),
    undoRemoval: (/** @type {Named} */ { username }) => call('undo_removal', { username }),
    ban: (/** @type {Named} */ { username }) => call('ban_from_room', { username }),
    unban: (/** @type {Named} */ { username }) => call('unban', { username }),
    /** @returns {Promise<{ user_id: number, username: string }[]>} who is banned, the newest last */
    async bans() {
      const bans = await select('bans', { select: 'user_id', order: 'created_at' })
      const names = await usernames(bans.map(({ user_id }) => user_id))
      return bans.map(({ user_id }) => ({ user_id, username: names.get(user_id) ?? `user ${user_id}` }))
    },
    report: (/** @type {Named} */ { username }, /** @type {string} */ reason) => call('report', { username, reason }),

    // The room itself.
    change,
    openNow: () => call('open_room'),
    addCoHost: (/** @type {string} */ username) => call('add_co_host', { username }),
    removeCoHost: (/** @type {string} */ username) => call('remove_co_host', { username }),
    handOver: (/** @type {Named} */ { username }) => call('hand_over', { username }),
    /** @param {string|null} reason  shown to everybody */
    end: (reason = null) => call('end_room', { reason }),
  }
}
