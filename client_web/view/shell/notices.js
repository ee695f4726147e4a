import { shownFor } from '../../room/shown_for.js'
import { avatar } from '../elements/avatar.js'
import { element, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

const SHOWN = 12 // s
const ASKED = 60 // s: a notice with a question. Invitations stay in their list, open rooms in the hallway
const AT_ONCE = 3 // the others are in the list of invitations

/**
 * @import { Invitation } from '../../room/invitations.js'
 * @import { ListedRoom } from '../../room/hallway.js'
 * @import { ShellState } from '../../room/shell.js'
 * @typedef {{ key: string, face?: string, sign?: string, words: string, yes: string, passing?: boolean, accept: () => void, dismiss: () => void }} Notice
 */

/**
 * Notices at the edge of the page: an invitation, a room that opened and of which I wanted to be reminded, that I am a co-host, an action that succeeded.
 * @param {{ acceptInvitation: (invitation: Invitation) => void, dismissInvitation: (invitation: Invitation) => void,
 *           enterReminded: (row: ListedRoom) => void, dismissReminder: (row: ListedRoom) => void, seeCoHosted: (room_id: number) => void, dismissCoHosting: (room_id: number) => void, announce: (words: string) => void, focusBack: () => void }} actions  `focusBack`: a notice with the focus has gone
 */
export function createNotices(actions) {
  const list = element('ul', { class: 'notices__list' })
  const root = element('section', { class: 'notices', 'aria-label': inWords('Notices'), hidden: true }, list)
  const rows = keyed(list, { key: (/** @type {Notice} */ notice) => notice.key, create: createNotice })
  const said = new Set()
  /** @type {Notice[]} */ let passing = [] // they disappear after some seconds
  /** @type {Notice[]} */ let asking = []
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */ const ends = new Map() // of those that ask

  /** A question that nobody answers goes away; not while the page is hidden, where nobody could see it. @param {string} key */
  function expire(key) {
    if (document.hidden) return ends.set(key, setTimeout(() => expire(key), shownFor(ASKED)))
    return asking.find((one) => one.key === key)?.dismiss()
  }

  function watchEnds() {
    for (const { key } of asking) if (!ends.has(key)) ends.set(key, setTimeout(() => expire(key), shownFor(ASKED)))
    for (const [key, timer] of ends) {
      if (asking.some((one) => one.key === key)) continue
      clearTimeout(timer)
      ends.delete(key)
    }
  }

  /** What has the focus stays visible: notices that would cover it stand at the bottom, until something else has it. */
  function uncover() {
    const focused = document.activeElement
    if (root.hidden || !focused || root.contains(focused)) return
    delete root.dataset.at
    if (!focused.matches('a, button, input, select, summary, textarea')) return
    const [notice, it] = [list, focused].map((one) => one.getBoundingClientRect())
    if (notice.left < it.right && it.left < notice.right && notice.top < it.bottom && it.top < notice.bottom) root.dataset.at = 'bottom'
  }
  document.addEventListener('focusin', uncover)

  function draw() {
    const shown = [...asking.slice(0, AT_ONCE), ...passing]
    rows.update(shown)
    root.hidden = shown.length === 0
    uncover()
    for (const { key, words } of shown) {
      if (said.has(key)) continue
      said.add(key)
      actions.announce(words)
    }
  }

  function drop(/** @type {string} */ key) {
    const focused = rows.get(key)?.element.contains(document.activeElement)
    passing = passing.filter((one) => one.key !== key)
    draw()
    if (focused) actions.focusBack()
  }

  let count = 0
  return {
    element: root,
    /** @param {{ shell: ShellState, seated_in: number|null, shown_room: number|null }} now  `shown_room`: its page says itself that I am invited */
    update({ shell, seated_in, shown_room }) {
      const invited = shell.invitations.fresh.filter((one) => one.room_id === null || ![seated_in, shown_room].includes(one.room_id)).map((one) => ({
        key: `invitation-${one.id}`, face: one.invited_by, words: invitationInWords(one),
        yes: one.room_id ? inWords('Enter') : inWords('Join'), accept: () => actions.acceptInvitation(one), dismiss: () => actions.dismissInvitation(one),
      }))
      const opened = shell.hallway.filter((row) => shell.reminders.has(row.id) && !row.scheduled && row.id !== seated_in).map((row) => ({
        key: `reminder-${row.id}`, sign: 'reminder', words: inWords('“{name}” is open now.', { name: row.name }),
        yes: inWords('Enter'), accept: () => actions.enterReminded(row), dismiss: () => actions.dismissReminder(row),
      }))
      const named = shell.coHostNotices.filter((one) => one.room_id !== seated_in).map((one) => ({
        key: `co-host-${one.room_id}`, face: one.named_by ?? undefined, sign: 'moderator', words: namedInWords(one),
        yes: inWords('See the room'), accept: () => actions.seeCoHosted(one.room_id), dismiss: () => actions.dismissCoHosting(one.room_id),
      }))
      asking = [...invited, ...named, ...opened]
      watchEnds()
      draw()
    },
    /** Takes away the notices with this `key`: what they say is over. @param {string} subject */
    hide(subject) {
      const left = passing.filter((one) => !one.key.startsWith(`notice-${subject}-`))
      if (left.length === passing.length) return
      passing = left
      draw()
    },
    /**
     * Shows a notice for some seconds.
     * @param {string} words
     * @param {{ yes?: string, accept?: () => void, key?: string, focus?: boolean }} [action]  a button of the notice, which may get the focus because what
     *   had it is gone; a notice with the same `key` is replaced
     */
    show(words, { yes = '', accept, key: subject = '', focus = false } = {}) {
      const key = `notice-${subject}-${(count += 1)}`
      if (subject) passing = passing.filter((one) => !one.key.startsWith(`notice-${subject}-`))
      passing = [...passing.slice(-1), { key, sign: 'check', words, yes, passing: true, accept: () => { accept?.(); drop(key) }, dismiss: () => drop(key) }]
      draw()
      if (focus) rows.get(key)?.focus()
      setTimeout(() => drop(key), shownFor(SHOWN))
    },
  }
}

/** "amara invites you to the room “Trading fours”." @param {Pick<Invitation, 'invited_by'|'room_id'|'room'|'club'>} invitation */
export function invitationInWords({ invited_by, room_id, room, club }) {
  return room_id ? inWords('{invited_by} invites you to the room “{room}”.', { invited_by, room }) : inWords('{invited_by} invites you to the club “{club}”.', { invited_by, club })
}

/** "amara made you a co-host of “Attic”." @param {import('../../room/co_host_notices.js').CoHostNotice} notice */
function namedInWords({ room, named_by }) {
  return named_by ? inWords('{named_by} made you a co-host of “{room}”.', { named_by, room }) : inWords('You are a co-host of “{room}” now.', { room })
}

function createNotice() {
  /** @type {Notice|undefined} */ let notice
  const face = element('span', { class: 'notice__face', 'aria-hidden': 'true' })
  const words = element('p', { class: 'notice__words' })
  const yes = element('button', { class: 'button button--action', type: 'button', on: { click: () => notice?.accept() } })
  const no = element('button', { class: 'button button--plain', type: 'button', text: inWords('Not now'), on: { click: () => notice?.dismiss() } })
  const close = element('button', { class: 'round notice__close', type: 'button', 'aria-label': inWords('Close'), on: { click: () => notice?.dismiss() } }, symbol('close'))
  const actions = element('div', { class: 'notice__actions' }, yes, no)
  const made = element('li', { class: 'notice' }, face, words, close, actions)
  return {
    element: made,
    focus: () => yes.focus(),
    update(/** @type {Notice} */ latest) {
      if (!notice) face.append(latest.face ? avatar(latest.face) : symbol(latest.sign ?? 'check'))
      notice = latest
      say(words, latest.words)
      say(yes, latest.yes)
      yes.hidden = !latest.yes
      const passing = Boolean(latest.passing)
      no.hidden = passing
      close.hidden = !passing
      actions.hidden = yes.hidden && no.hidden
    },
  }
}
