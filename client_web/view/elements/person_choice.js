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
  /** @type {{ say: (words: string|null) => void }|null} */ let refusal = null // that says that nobody is chosen
  const select = element('select', { id, class: 'field__input', on: { input: takeBack } })

  function takeBack() {
    refusal?.say(null)
    refusal = null
  }

  /** @param {readonly P[]} next */
  function draw(next) {
    people = next
    select.replaceChildren(...next.map(({ username, user_id }) => new Option(username, String(user_id))))
    if (!next.length) takeBack()
  }

  return {
    element: select,
    /** @returns {P|undefined} */
    get chosen() {
      return people.find(({ user_id }) => String(user_id) === select.value)
    },
    /** Offers these people, and chooses the first. @param {readonly P[]} first  in the order to be shown */
    start: draw,
    /** Who may be chosen now. @param {readonly P[]} next  in the order to be shown */
    update(next) {
      if (next.length === people.length && next.every(({ user_id, username }, index) => user_id === people[index].user_id && username === people[index].username)) return
      const { chosen } = this
      draw(next)
      select.selectedIndex = next.findIndex(({ user_id }) => user_id === chosen?.user_id)
    },
    /** Says that nobody is chosen, until somebody is. @param {NonNullable<typeof refusal>} place */
    refuse(place) {
      refusal = place
      place.say(chooseInWords())
      select.focus()
    },
  }
}

/** What is said when nobody is chosen. */
export const chooseInWords = () => inWords('Choose who takes over.')
