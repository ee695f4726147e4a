import { element } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'

/**
 * @import { Named } from '../../room/moderation.js'
 * @import { Person } from '../../room/people.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/**
 * Hands the room over to a person on stage.
 * @param {{ handOver: (person: Named) => Promise<unknown>, done: () => void }} actions
 */
export function createHandOver({ handOver, done }) {
  /** @type {Person[]} */ let people = []
  const refusal = createRefusal('field__refusal')
  const who = element('select', { id: 'settings-new-host', class: 'field__input' })
  const nobody = element('p', { class: 'quiet', text: 'Nobody else is on stage.' })
  const go = element('button', { class: 'button', type: 'button', text: 'Hand it over', on: { click: give } })
  const row = element('div', { class: 'settings__row' }, who, go)
  const root = element('section', { class: 'settings__part' },
    element('h3', { class: 'settings__title' }, element('label', { for: 'settings-new-host', text: 'Hand the room over' })),
    element('p', { class: 'quiet', text: 'They become the host, and you become a moderator.' }), row, refusal.element, nobody)

  async function give() {
    const newHost = people.find((person) => String(person.user_id) === who.value)
    if (newHost && (await refusal.attempt(() => handOver(newHost)))) done()
  }

  return {
    element: root,
    open: () => refusal.say(null),
    /** @param {RoomSessionState|null} roomSession */
    update(roomSession) {
      const next = (roomSession?.people ?? []).filter((person) => !person.me && person.kind === 'person' && person.role !== 'AUDIENCE')
      row.hidden = next.length === 0
      nobody.hidden = next.length > 0
      if (next.length === people.length && next.every((person, index) => person.user_id === people[index].user_id)) return
      people = next
      const chosen = who.value
      who.replaceChildren(...people.map((person) => new Option(person.username, String(person.user_id))))
      if (people.some((person) => String(person.user_id) === chosen)) who.value = chosen
    },
  }
}
