import { avatar } from '../elements/avatar.js'
import { element } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { problemInWords } from '../elements/problem_words.js'
import { inWords } from '../../words/language.js'

/** @import { Named } from '../../room/moderation.js' */

/**
 * The people who are banned from this room; a ban can be lifted.
 * @param {{ bans: () => Promise<{user_id: number, username: string}[]>, unban: (person: Named) => Promise<unknown>  }} actions
 */
export function createBans({ bans, unban }) {
  const refusal = createRefusal()
  const list = element('ul', { class: 'banned' })
  const root = element('section', { class: 'settings__part', hidden: true }, element('h3', { class: 'settings__title', text: inWords('Banned from this room') }), refusal.element, list)

  function entry(/** @type {Named} */ person) {
    const lift = element('button', { class: 'button', type: 'button', text: inWords('Let in again'), 'aria-label': inWords('Let {username} in again', { username: person.username }), on: { click: letIn } })
    const made = element('li', { class: 'banned__one' }, avatar(person.username), element('span', { class: 'banned__name', dir: 'auto', text: person.username }), lift)
    async function letIn() {
      if (!(await refusal.attempt(() => unban(person)))) return
      made.remove()
      root.hidden = list.childElementCount === 0
    }
    return made
  }

  return {
    element: root,
    async open() {
      refusal.say(null)
      root.hidden = true
      list.replaceChildren()
      try {
        list.replaceChildren(...(await bans()).map(entry))
        root.hidden = list.childElementCount === 0
      } catch (problem) {
        root.hidden = false
        refusal.say(problemInWords(problem))
      }
    },
  }
}
