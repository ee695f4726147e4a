import { avatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { redraw, symbol } from '../elements/symbol.js'
import { counted, personInWords, roleInWords, seatInWords } from '../elements/words.js'

const SHOWN = 200 // of each half; a list of thousands is read by nobody

/**
 * Everybody in the room as a list: those on the stage, then those who listen.
 * @param {{ choose: (user_id: number, row: Element) => void }} acts
 */
export function createPeopleList(acts) {
  const stage = createHalf('On stage', acts)
  const others = createHalf('Listening', acts)
  return {
    element: element('div', { class: 'people' }, stage.element, others.element),
    /** @param {{ stage: object[], audience: object[] }} visit */
    update(visit) {
      stage.update(visit.stage)
      others.update(visit.audience)
    },
  }
}

function createHalf(title, acts) {
  const list = element('ul', { class: 'people__list' })
  const count = element('span', { class: 'people__count' })
  const more = element('p', { class: 'people__more quiet', hidden: true })
  const half = element('div', { class: 'people__half', role: 'group', 'aria-label': title },
    element('h3', { class: 'caps people__title' }, `${title} `, count), list, more)
  const rows = keyed(list, { key: (person) => person.user_id, create: () => createRow(acts), fades: false })
  return {
    element: half,
    update(people) {
      half.hidden = people.length === 0
      say(count, String(people.length))
      rows.update(people.slice(0, SHOWN))
      more.hidden = people.length <= SHOWN
      say(more, more.hidden ? '' : `and ${counted(people.length - SHOWN, 'more person', 'more people')}`)
    },
  }
}

const MARKS = { 'Muted': 'mic-off', 'Speaking': 'wave', 'No connection': 'trouble', 'Reconnecting…': 'turning', 'Connecting…': 'turning' }

function createRow({ choose }) {
  let person = null
  let drawn = null
  const name = element('bdi', { class: 'person__name' })
  const about = element('span', { class: 'person__about' })
  const drawing = symbol('mic-off')
  const row = element('button', { class: 'person', type: 'button', on: { click: () => choose(person.user_id, row) } },
    element('span', { class: 'person__text' }, name, about), drawing)
  return {
    element: element('li', {}, row),
    update(latest) {
      person = latest
      if (drawn !== person.username) {
        row.querySelector('.avatar')?.remove()
        row.prepend(avatar(person.username))
        say(name, person.username)
        drawn = person.username
      }
      const state = personInWords(person)
      const part = person.me ? 'You' : person.kind !== 'person' ? person.kind : person.role === 'HOST' || person.role === 'MODERATOR' ? roleInWords(person.role) : ''
      say(about, [part, person.role !== 'HOST' || part !== 'You' ? '' : 'host', state.toLowerCase()].filter(Boolean).join(' · '))
      mark(row, 'aria-label', seatInWords(person))
      mark(row, 'data-speaking', state === 'Speaking' ? 'true' : null)
      drawing.toggleAttribute('hidden', !MARKS[state])
      if (MARKS[state]) redraw(drawing, MARKS[state])
    },
  }
}
