import { unreadOf } from '../../room/chat.js'
import { createComposer } from './composer.js'
import { createChatList } from './list.js'
import { element } from '../elements/element.js'

/**
 * @import { Person } from '../../room/people.js'
 * @import { RoomSession } from '../../room/room_session.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/**
 * The chat of the room: the messages, and the box to write in.
 * @param {Omit<Parameters<typeof createComposer>[0], 'sent'> & Omit<Parameters<typeof createChatList>[0], 'focusBox'|'editAgain'> &
 *         { discardMessage: (key: number) => string, markRead: () => void }} actions
 */
export function createChat(actions) {
  /** @type {Record<string, unknown>} */ let drawn = {}
  let unread = 0
  let eager = false // the box gets the focus as soon as the room is entered
  let looking = false // whether the chat is on the screen
  const composer = createComposer({ ...actions, sent: () => list.toEnd() })
  const list = createChatList({ ...actions, focusBox: composer.focus, editAgain: (/** @type {number} */ key) => composer.putBack(actions.discardMessage(key)) })
  const root = element('div', { class: 'chat' }, list.element, composer.element)

  /** The roles of host and moderators, shown beside their messages. @param {readonly Person[]} people */
  function rolesOf(people) {
    return new Map(people.filter(({ role }) => role === 'HOST' || role === 'MODERATOR').map(({ user_id, role }) => [user_id, role]))
  }

  /** @type {ReadonlySet<number>} */ const NOBODY = new Set()

  return {
    element: root,
    get unread() {
      return unread
    },
    /** @param {RoomSessionState} roomSession its state @param {{ roomSession: RoomSession, blocks?: ReadonlySet<number>, visible: boolean }} around */
    update(roomSession, { roomSession: whose, blocks = NOBODY, visible }) {
      const { chat, me, may, people, room, phase } = roomSession
      root.hidden = !me // not in the room yet
      const roles = rolesOf(people)
      unread = unreadOf(chat, me?.user_id ?? 0, blocks)
      const slow_mode = may.moderate ? 0 : (room?.slow_mode ?? 0)
      /** @type {Record<string, unknown>} */ const now = { chat, whose, blocks, visible, phase, slow_mode, moderate: may.moderate, me_id: me?.user_id, roles: [...roles].join() }
      looking = visible
      if (Object.keys(now).some((name) => now[name] !== drawn[name]) && me) {
        const appeared = visible && !drawn.visible
        drawn = now
        if (!visible) return // not drawn while it is hidden
        composer.update({ roomSession: whose, chat, phase, slow_mode, draft: () => whose.chat.draft })
        list.update({ room_id: whose.room_id, chat, me, moderate: may.moderate, roles, blocks, unread })
        if (appeared) list.shown()
        if (eager) composer.focus()
        eager = false
      }
      if (looking && list.atEnd && unread > 0 && !document.hidden) actions.markRead()
    },
    focus() {
      eager = root.hidden === true
      composer.focus()
    },
  }
}
