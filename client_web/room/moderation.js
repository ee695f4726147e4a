/**
 * What a host or moderator does, and what anybody may tell them: one call of the database each. Who may do what is decided there and
 * nowhere else; a refusal is a Problem whose words are shown beside the button.
 *
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, roomId: number }} options
 */
export function createModeration({ rows, roomId }) {
  const call = (name, args = {}) => rows.rpc(name, { room_id: roomId, ...args })
  const seat = (user_id) => ({ room_id: `eq.${roomId}`, user_id: `eq.${user_id}` })

  return {
    // The stage. Nobody is put on it who has not asked or been asked.
    bringUp: ({ username }) => call('promote', { username }),
    lowerHand: ({ username }) => call('lower_hand', { username }),
    invite: ({ username }) => call('invite_to_speak', { username }),
    withdraw: ({ user_id }) => rows.update('participants', { invited_to_speak_at: null }, seat(user_id)),
    moveDown: ({ username }) => call('move_to_audience', { username }),
    makeModerator: ({ username }) => call('promote', { username, role: 'MODERATOR' }),
    makeSpeaker: ({ username }) => call('promote', { username, role: 'SPEAKER' }),

    // Microphones: off by a moderator, on by nobody else.
    mute: ({ username }) => call('mute', { username }),
    muteAll: () => call('mute_all'),
    askToUnmute: ({ username }) => call('ask_to_unmute', { username }),

    // The door.
    remove: ({ username }) => call('remove_from_room', { username }),
    ban: ({ username }) => call('ban_from_room', { username }),
    unban: ({ username }) => call('unban', { username }),
    /** @returns {Promise<{ user_id: number, username: string }[]>} who is banned, the newest last */
    async bans() {
      const bans = await rows.select('bans', { room_id: `eq.${roomId}`, select: 'user_id', order: 'created_at' })
      if (!bans.length) return []
      const users = await rows.select('users', { id: `in.(${bans.map(({ user_id }) => user_id).join(',')})`, select: 'id,username' })
      const names = new Map(users.map(({ id, username }) => [id, username]))
      return bans.map(({ user_id }) => ({ user_id, username: names.get(user_id) ?? `user ${user_id}` }))
    },
    report: ({ username }, reason) => call('report', { username, reason }),

    // The room itself.
    /** @param {Record<string, unknown>} columns  of `rooms`, only those that change */
    change: (columns) => rows.update('rooms', columns, { id: `eq.${roomId}` }),
    openNow: () => call('open_room'),
    handOver: ({ username }) => call('hand_over', { username }),
    /** @param {string|null} reason  shown to everybody */
    end: (reason = null) => call('end_room', { reason }),
  }
}
