import { element } from './element.js'
import { inWords } from '../../words/language.js'

/**
 * A choice of one person. It follows the people, and who was chosen stays chosen; when they are gone, nobody is, so that nobody else gets what was
 * meant for them.
 * @template {{ user_id: number, username: string }} P
 * @param {string} id
 */
export function createPersonChoice(id) {
  /** @type {readonly P[]} */ let people = []
  const select = element('select', { id, class: 'field__input' })
  return {
    element: select,
    /** @returns {P|undefined} */
    get chosen() {
      return people.find(({ user_id }) => String(user_id) === select.value)
    },
    /** @param {readonly P[]} next  in the order to be shown */
    update(next) {
      if (next.length === people.length && next.every(({ user_id }, index) => user_id === people[index].user_id)) return
      const before = people.length > 0
      const { chosen } = this
      people = next
      select.replaceChildren(...next.map(({ username, user_id }) => new Option(username, String(user_id))))
      if (before) select.selectedIndex = next.findIndex(({ user_id }) => user_id === chosen?.user_id)
    },
  }
}

/** What is said when nobody is chosen. */
export const chooseInWords = () => inWords('Choose who takes over.')
