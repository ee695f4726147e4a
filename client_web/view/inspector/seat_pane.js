import { isNode } from '../../room/state.js'
import { avatar, redrawAvatar } from '../elements/avatar.js'
import { element, say } from '../elements/element.js'
import { midSentence } from '../elements/words.js'
import { qualityInNumbers } from '../stage/quality_words.js'
import { personInWords, roleInWords } from '../people/person_words.js'
import { inWords } from '../../words/language.js'

/**
 * @typedef {Pick<import('../../room/people.js').Person, 'user_id'|'username'|'role'|'kind'|'connection'> &
 *           Partial<Pick<import('../../room/people.js').Person, 'on_stage'|'muted'|'speaking'|'quality'>>} SeatPerson  a person, or a node
 */

/**
 * The chosen seat in the inspector: the person, their role and connection. Other actions are on their card.
 * @param {{ retryConnection: (user_id: number) => void }} actions
 */
export function createSeatPane({ retryConnection }) {
  /** @type {SeatPerson|null} */ let person = null
  const heading = element('h3', { class: 'seat-pane__name', dir: 'auto', tabindex: '-1' })
  const about = element('p', { class: 'seat-pane__about' })
  const numbers = element('p', { class: 'seat-pane__about' })
  const face = avatar('')
  const again = element('button', { class: 'button', type: 'button', text: inWords('Connect again'), on: { click: () => person && retryConnection(person.user_id) } })
  const actions = element('div', { class: 'seat-pane__actions' }, again)
  const root = element('div', { class: 'seat-pane', hidden: true },
    element('div', { class: 'seat-pane__who' }, element('div', { class: 'seat-pane__face' }, face), element('div', {}, heading, about, numbers)), actions)
  return {
    element: root,
    heading,
    /** @param {SeatPerson|null} latest */
    update(latest) {
      root.hidden = latest === null
      person = latest
      if (!person) return
      redrawAvatar(face, person.username)
      say(heading, person.username)
      say(about, aboutInWords(person))
      say(numbers, qualityInNumbers(person.quality))
      actions.hidden = person.connection !== 'failed'
    },
  }
}

/** @type {Record<string, string>} */
const CONNECTIONS = { none: inWords('no connection needed'), waiting: inWords('no answer yet'), connected: inWords('connected') }

/** @type {Record<string, string>} */
const NODES = { edge: inWords('an edge: it sends the mix of the stage to listeners') }

function aboutInWords(/** @type {SeatPerson} */ person) {
  const parts = [isNode(person) ? NODES[person.kind] ?? inWords('the node of this room') : roleInWords(person.role), personInWords({ on_stage: false, muted: false, speaking: false, ...person }), CONNECTIONS[person.connection]]
  return parts.filter(Boolean).map(midSentence).join(' · ')
}
