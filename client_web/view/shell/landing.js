import { addressOf, calendarOf, HOME, LAB } from '../../addresses.js'
import { createDescription } from '../elements/description.js'
import { createDoorPlayer } from './door_player.js'
import { createEndedRoom } from './ended_room.js'
import { element, mark, say } from '../elements/element.js'
import { symbol } from '../elements/symbol.js'
import { createRoomPreview } from './room_preview.js'
import { weeklyInWords, whenInWords } from '../elements/when.js'
import { sentence, together } from '../elements/words.js'
import { inWords } from '../../words/language.js'

/**
 * @import { ListedRoom } from '../../room/hallway.js'
 * @import { User } from '../../session.js'
 */

/**
 * What is shown in the middle while no room is: the welcome, a room to enter (after choosing a name), a scheduled room, or that a page does
 * not exist.
 * @param {{ signIn: () => void, toggleReminder: (row: ListedRoom) => void, toggleWeeklyReminder: (row: ListedRoom) => void, openRoom: (row: ListedRoom) => void, editRoom: (row: ListedRoom) => void, nameCoHosts: (row: ListedRoom) => void, stopCoHosting: (row: ListedRoom) => void, cancelRoom: (row: ListedRoom) => void,
 *           copyAddress: (path: string) => void }} actions
 */
export function createLanding(actions) {
  /** @type {ListedRoom} */ let row
  const welcome = element('div', { class: 'landing' }, doorsPicture(),
    element('p', { class: 'landing__lead', text: inWords('Rooms to drop into and talk.') }),
    element('p', { class: 'landing__more quiet', text: inWords('See who is in which room. Enter, talk, and leave quietly. Your microphone stays off until you turn it on.') }),
    element('p', { class: 'landing__how' }, element('span', { class: 'caps', text: inWords('for developers') }), element('a', { href: LAB, text: inWords('Four ways to signal, one room') })))
  const home = element('a', { class: 'button button--action', text: inWords('Back to the room') })
  const inside = element('p', { class: 'landing__lead' })
  const insideMore = element('p', { class: 'landing__more quiet' })
  const docked = element('div', { class: 'landing' }, inside, insideMore, home)
  const lost = element('div', { class: 'landing landing--lost' },
    element('h1', { class: 'landing__lead', text: inWords('There is no such page.'), tabindex: '-1' }),
    element('p', { class: 'landing__more quiet', text: inWords('The address may be old or wrong. The hallway shows which rooms are open.') }),
    element('a', { class: 'button button--action', href: HOME, text: inWords('To the hallway') }))
  const roomName = element('h1', { class: 'landing__lead', dir: 'auto', tabindex: '-1' })
  const invitation = element('p', { class: 'landing__more quiet' })
  const enterButton = element('button', { class: 'button button--action', type: 'button', on: { click: () => actions.signIn() } })
  const preview = createRoomPreview()
  const player = createDoorPlayer()
  const ended = createEndedRoom()
  const enter = element('div', { class: 'landing' }, roomName, preview.element, invitation,
    element('div', { class: 'landing__buttons' }, enterButton, player.button), player.status, backToHallway())
  const name = element('h1', { class: 'landing__lead', dir: 'auto', tabindex: '-1' })
  const description = createDescription()
  const when = element('p', { class: 'landing__more' })
  const who = element('p', { class: 'landing__more quiet' })
  const remind = element('button', { class: 'button button--action', type: 'button', on: { click: () => actions.toggleReminder(row) } })
  const weekly = element('button', { class: 'button', type: 'button', on: { click: () => actions.toggleWeeklyReminder(row) } })
  const open = element('button', { class: 'button button--action', type: 'button', text: inWords('Open the room now'), on: { click: () => actions.openRoom(row) } })
  const copy = element('button', { class: 'button', type: 'button', on: { click: () => actions.copyAddress(addressOf(row.id)) } }, symbol('link'), inWords('Copy link'))
  const calendar = element('a', { class: 'button', download: '', text: inWords('Add to calendar') })
  const edit = element('button', { class: 'button', type: 'button', 'aria-haspopup': 'dialog', text: inWords('Edit'), on: { click: () => actions.editRoom(row) } })
  const coHosts = element('button', { class: 'button', type: 'button', 'aria-haspopup': 'dialog', text: inWords('Co-hosts'), on: { click: () => actions.nameCoHosts(row) } })
  const stop = element('button', { class: 'button button--plain', type: 'button', text: inWords('Stop co-hosting'), on: { click: () => actions.stopCoHosting(row) } })
  const off = element('button', { class: 'button button--plain', type: 'button', text: inWords('Cancel the room'), on: { click: () => actions.cancelRoom(row) } })
  const scheduled = element('div', { class: 'landing' }, name, when, description.element, who, element('div', { class: 'landing__buttons' }, open, remind, weekly, edit, coHosts, calendar, copy, stop, off), backToHallway())
  const root = element('div', { class: 'landing-place' }, welcome, docked, lost, enter, scheduled, ended.element)

  /** @param {User|null} user @param {ReadonlySet<number>} reminders @param {ReadonlySet<number>} weeklyReminders */
  function drawScheduled(user, reminders, weeklyReminders) {
    const hosts = user !== null && row.host_id === user.id
    say(name, row.name)
    say(when, [inWords('Opens {when}', { when: whenInWords(row.starts_at ?? '') }), row.repeats ? weeklyInWords(row.starts_at ?? '', row.time_zone) : ''].filter(Boolean).map(sentence).join(' '))
    description.update(row.description)
    const opens = hosts || (user !== null && (row.co_host_ids ?? []).includes(user.id))
    say(who, `${plannedInWords(row, hosts)} ${hosts ? inWords('It opens by itself at its time, or when you open it.') : opens ? inWords('You are a co-host: open it at its time, or enter before.') : inWords('It opens by itself at that time. Nobody can enter before.')}`)
    mark(calendar, 'href', calendarOf(addressOf(row.id)))
    edit.hidden = off.hidden = coHosts.hidden = !hosts
    open.hidden = !opens
    stop.hidden = hosts || !opens
    remind.hidden = opens
    mark(remind, 'aria-pressed', reminders.has(row.id) ? 'true' : 'false')
    weekly.hidden = opens || !row.repeats
    mark(weekly, 'aria-pressed', weeklyReminders.has(row.id) ? 'true' : 'false')
    say(weekly, weeklyReminders.has(row.id) ? inWords('Every week') : inWords('Remind me every week'))
    say(remind, reminders.has(row.id) ? inWords('You will be notified') : inWords('Remind me'))
  }

  return {
    element: root,
    /** Something else is shown: nothing is heard any more of a room that I am not in. */
    hide: () => player.update(undefined),
    focus: () => /** @type {HTMLElement|null} */ (root.querySelector(':scope > :not([hidden]) h1'))?.focus({ preventScroll: true }),
    /**
     * @param {{ kind: 'welcome'|'docked'|'lost'|'enter'|'scheduled'|'ended', over?: import('../../room/ended_rooms.js').EndedRoom|null, away?: boolean, row?: ListedRoom, found: boolean, address?: string, user: User|null, byName: boolean,
     *           reminders: ReadonlySet<number>, weeklyReminders: ReadonlySet<number> }} now  the room's row, where it is known; whether there was an answer of the database about this room; and the address of the room I am in
     */
    show({ kind, over, away = false, row: latest, found, address, user, byName, reminders, weeklyReminders }) {
      if (latest) row = latest
      const shown = kind === 'scheduled' && !latest?.starts_at ? 'enter' : kind
      mark(home, 'href', address)
      say(roomName, latest?.name ?? inWords('A room'))
      say(invitation, !latest ? (found ? inWords('You cannot see this room. Perhaps there is none, or only some people may enter.') : inWords('Looking for this room…')) : user ? inWords('This room is open now. Your microphone stays off until you turn it on.') : byName ? inWords('This room is open. Choose a name to enter. Your microphone stays off.') : inWords('This room is open. Sign in to enter. Your microphone stays off.'))
      enterButton.hidden = !latest && !found
      say(enterButton, user ? inWords('Enter') : byName ? inWords('Choose a name') : inWords('Sign in'))
      say(inside, away ? inWords('You are not connected.') : inWords('You are still in your room.'))
      say(insideMore, away ? inWords('Roomtone connects again, and you return to your room.') : inWords('You hear everyone there. They hear you too, if your microphone is on.'))
      preview.update(latest)
      player.update(shown === 'enter' ? latest : undefined)
      if (over) ended.update(over)
      for (const [each, place] of Object.entries({ welcome, docked, lost, enter, scheduled, ended: ended.element })) place.hidden = each !== shown
      if (shown === 'scheduled') drawScheduled(user, reminders, weeklyReminders)
    },
  }
}

/** Who planned a room, with whom, and in which club. @param {ListedRoom} row @param {boolean} mine */
function plannedInWords({ host, co_hosts, club }, mine) {
  const others = co_hosts?.length ? together(co_hosts) : ''
  if (mine) return others ? inWords('You planned this room with {others}.', { others }) : inWords('You planned this room.')
  if (club) return others ? inWords('{host} planned it with {others} in {club}.', { host, others, club }) : inWords('{host} planned it in {club}.', { host, club })
  return others ? inWords('{host} planned it with {others}.', { host, others }) : inWords('{host} planned it.', { host })
}

const backToHallway = () => element('a', { class: 'back-link', href: HOME }, symbol('back'), inWords('Hallway'))

function doorsPicture() {
  const drawn = symbol('doors', '0 0 240 96')
  drawn.setAttribute('class', 'landing__picture')
  return drawn
}
