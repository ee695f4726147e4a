import { element } from './element.js'

/** @import { Person } from '../../room/people.js' */

/**
 * A choice of one person. It follows the people, and what was chosen stays chosen.
 * @param {string} id
 */
export function createPersonChoice(id) {
  /** @type {readonly Person[]} */ let people = []
  const select = element('select', { id, class: 'field__input' })
  return {
    element: select,
    /** @returns {Person|undefined} */
    get chosen() {
      return people.find(({ user_id }) => String(user_id) === select.value)
    },
    /** @param {readonly Person[]} next  in the order to be shown */
    update(next) {
      if (next.length === people.length && next.every(({ user_id }, index) => user_id === people[index].user_id)) return
      const chosen = select.value
      people = next
      select.replaceChildren(...next.map(({ username, user_id }) => new Option(username, String(user_id))))
      if (next.some(({ user_id }) => String(user_id) === chosen)) select.value = chosen
    },
  }
}
