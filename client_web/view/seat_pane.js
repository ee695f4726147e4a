import { avatar } from './avatar.js'
import { element, say } from './element.js'
import { personInWords, roleInWords } from './words.js'

/**
 * The seat somebody chose, on the glass wall: who sits there, how they are connected, and what a host may do.
 * @param {{ mutePerson: (user_id: number) => void, setRole: (role: string, user_id: number) => void,
 *           retryConnection: (user_id: number) => void }} acts
 */
export function createSeatPane({ mutePerson, setRole, retryConnection }) {
  let person = null
  let drawn = null
  const heading = element('h3', { class: 'seat-pane__name', tabindex: '-1' })
  const about = element('p', { class: 'seat-pane__about' })
  const face = element('div', { class: 'seat-pane__face' })
  const hush = element('button', { class: 'button', type: 'button', text: 'Mute', on: { click: () => mutePerson(person.user_id) } })
  const role = element('button', { class: 'button', type: 'button', on: { click: () => setRole(person.on_stage ? 'AUDIENCE' : 'SPEAKER', person.user_id) } })
  const again = element('button', { class: 'button', type: 'button', text: 'Connect again', on: { click: () => retryConnection(person.user_id) } })
  const acts = element('div', { class: 'seat-pane__acts' }, again, hush, role)
  const root = element('div', { class: 'seat-pane', hidden: true },
    element('div', { class: 'seat-pane__who' }, face, element('div', {}, heading, about)), acts)
  return {
    element: root,
    heading,
    /** @param {object|null} latest @param {boolean} moderate */
    update(latest, moderate) {
      root.hidden = latest === null
      person = latest
      if (!person) return
      if (drawn !== person.username) {
        face.replaceChildren(avatar(person.username))
        drawn = person.username
      }
      say(heading, person.username)
      say(about, aboutInWords(person))
      const moderated = moderate && !person.me && person.role !== 'HOST'
      again.hidden = person.connection !== 'failed'
      hush.hidden = !moderated || person.muted || !person.on_stage
      role.hidden = !moderated
      acts.hidden = again.hidden && role.hidden
      say(role, person.on_stage ? 'Move to the listeners' : 'Bring to the stage')
    },
  }
}

const CONNECTIONS = { none: 'no connection needed', waiting: 'nobody has answered yet', connected: 'connected' }

function aboutInWords(person) {
  const told = [roleInWords(person.role), personInWords(person), CONNECTIONS[person.connection]]
  return told.filter(Boolean).join(' · ').toLowerCase()
}
