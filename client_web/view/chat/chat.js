import { unreadOf } from '../../room/chat.js'
import { createComposer } from './composer.js'
import { createChatList } from './list.js'
import { element } from '../elements/element.js'

/**
 * The chat of the room: what was written, and the box to write in.
 * @param {object} acts  see app/chat.js
 */
export function createChat(acts) {
  let drawn = {}
  let unread = 0
  let eager = false // asked to write before the room was entered
  let looking = false // whether the chat is on the screen
  const composer = createComposer({ ...acts, sent: () => list.toEnd() })
  const list = createChatList({ ...acts, focusBox: composer.focus, takeBack: (key) => composer.takeBack(acts.discardMessage(key)) })
  const root = element('div', { class: 'chat' }, list.element, composer.element)

  /** Host and moderators: their messages say so. */
  function rolesOf(people) {
    return new Map(people.filter(({ role }) => role === 'HOST' || role === 'MODERATOR').map(({ user_id, role }) => [user_id, role]))
  }

  const NOBODY = new Set()

  return {
    element: root,
    get unread() {
      return unread
    },
    /** @param {object} visit the visit's state @param {{ visit: object, blocks?: Set<number>, visible: boolean }} around */
    update(visit, { visit: whose, blocks = NOBODY, visible }) {
      const { chat, me, may, people, room, phase } = visit
      root.hidden = !me // not in the room yet
      const roles = rolesOf(people)
      unread = unreadOf(chat, me?.user_id, blocks)
      const slow_mode = may.moderate ? 0 : (room?.slow_mode ?? 0)
      const now = { chat, whose, blocks, visible, phase, slow_mode, moderate: may.moderate, me_id: me?.user_id, roles: [...roles].join() }
      looking = visible
      if (Object.keys(now).some((name) => now[name] !== drawn[name]) && me) {
        const appeared = visible && !drawn.visible
        drawn = now
        if (!visible) return // unseen it costs nothing
        composer.update({ visit: whose, chat, phase, slow_mode, draft: () => whose.chat.draft })
        list.update({ visit: whose, room_id: whose.room_id, chat, me, moderate: may.moderate, roles, blocks, unread })
        if (appeared) list.shown()
        if (eager) composer.focus()
        eager = false
      }
      if (looking && list.atEnd && unread > 0 && !document.hidden) acts.markRead()
    },
    focus() {
      eager = root.hidden
      composer.focus()
    },
  }
}
