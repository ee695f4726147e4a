import { element } from '../elements/element.js'
import { createPersonChoice } from '../elements/person_choice.js'
import { createRefusal } from '../elements/refusal.js'
import { inWords } from '../../words/language.js'

/**
 * @import { Named } from '../../room/moderation.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/**
 * Hands the room over to a person on stage.
 * @param {{ handOver: (person: Named) => Promise<unknown>, done: () => void }} actions
 */
export function createHandOver({ handOver, done }) {
  /** @type {readonly Named[]} */ let people = [] // on stage, without me
  const refusal = createRefusal('field__refusal')
  const newHost = createPersonChoice('settings-new-host')
  const nobody = element('p', { class: 'quiet', text: inWords('Nobody else is on stage.') })
  const go = element('button', { class: 'button', type: 'button', text: inWords('Hand it over'), on: { click: give } })
  const row = element('div', { class: 'settings__row' }, newHost.element, go)
  const root = element('section', { class: 'settings__part' },
    element('h3', { class: 'settings__title' }, element('label', { for: 'settings-new-host', text: inWords('Hand the room over') })),
    element('p', { class: 'quiet', text: inWords('They become the host, and you become a moderator.') }), row, refusal.element, nobody)

  async function give() {
    const person = newHost.chosen
    if (!person) newHost.refuse(refusal)
    else if (await refusal.attempt(() => handOver(person))) done()
  }

  return {
    element: root,
    open() {
      refusal.say(null)
      newHost.start(people)
    },
    /** @param {RoomSessionState|null} roomSession */
    update(roomSession) {
      people = (roomSession?.people ?? []).filter((person) => !person.me && person.kind === 'person' && person.role !== 'AUDIENCE')
      row.hidden = people.length === 0
      nobody.hidden = people.length > 0
      newHost.update(people)
    },
  }
}
