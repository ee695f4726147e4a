import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, mark, say } from '../elements/element.js'
import { redraw, symbol } from '../elements/symbol.js'
import { STATE_SYMBOLS } from '../stage/seat.js'
import { kindInWords, personInWords, personStateOf, roleInWords, seatInWords } from '../people/person_words.js'
import { inWords } from '../../words/language.js'
import { midSentence } from '../elements/words.js'

/** @import { Person } from '../../room/people.js' */

/** One person in a list: their card opens when it is chosen. @param {{ choose: (user_id: number, row: Element) => void }} actions */
export function createPersonRow({ choose }) {
  /** @type {Person} */ let person
  const face = avatar('')
  const name = element('bdi', { class: 'person__name' })
  const about = element('span', { class: 'person__about' })
  const drawing = symbol('mic-off')
  const row = element('button', { class: 'person', type: 'button', on: { click: () => choose(person.user_id, row) } }, face,
    element('span', { class: 'person__text' }, name, about), drawing)
  return {
    element: element('li', {}, row),
    update(/** @type {Person} */ latest) {
      person = latest
      redrawAvatar(face, person.username)
      say(name, person.username)
      const state = personStateOf(person)
      const picture = STATE_SYMBOLS[state]
      const part = person.me ? inWords('You') : person.kind !== 'person' ? kindInWords(person.kind) : person.role === 'HOST' || person.role === 'MODERATOR' ? roleInWords(person.role) : ''
      say(about, [part, person.role !== 'HOST' || !person.me ? '' : midSentence(roleInWords('HOST')), midSentence(personInWords(person))].filter(Boolean).join(' · '))
      mark(row, 'aria-label', seatInWords(person))
      mark(row, 'data-speaking', state === 'speaking' ? 'true' : null)
      drawing.toggleAttribute('hidden', !picture)
      if (picture) redraw(drawing, picture)
    },
  }
}
