import { avatar } from '../elements/avatar.js'
import { element, say } from '../elements/element.js'
import { personInWords, roleInWords } from '../elements/words.js'

/**
 * The seat somebody chose, in the inspector: who sits there and how they are connected. What can be done about them is on their card.
 * @param {{ retryConnection: (user_id: number) => void }} acts
 */
export function createSeatPane({ retryConnection }) {
  let person = null
  let drawn = null
  const heading = element('h3', { class: 'seat-pane__name', tabindex: '-1' })
  const about = element('p', { class: 'seat-pane__about' })
  const face = element('div', { class: 'seat-pane__face' })
  const again = element('button', { class: 'button', type: 'button', text: 'Connect again', on: { click: () => retryConnection(person.user_id) } })
  const acts = element('div', { class: 'seat-pane__acts' }, again)
  const root = element('div', { class: 'seat-pane', hidden: true },
    element('div', { class: 'seat-pane__who' }, face, element('div', {}, heading, about)), acts)
  return {
    element: root,
    heading,
    /** @param {object|null} latest */
    update(latest) {
      root.hidden = latest === null
      person = latest
      if (!person) return
      if (drawn !== person.username) {
        face.replaceChildren(avatar(person.username))
        drawn = person.username
      }
      say(heading, person.username)
      say(about, aboutInWords(person))
      acts.hidden = person.connection !== 'failed'
    },
  }
}

const CONNECTIONS = { none: 'no connection needed', waiting: 'nobody has answered yet', connected: 'connected' }

function aboutInWords(person) {
  const isNode = person.kind === 'sfu' || person.kind === 'mcu'
  const told = [isNode ? 'carries this room' : roleInWords(person.role), personInWords(person), CONNECTIONS[person.connection]]
  return told.filter(Boolean).join(' · ').toLowerCase()
}
