import { avatar } from '../elements/avatar.js'
import { createDialog } from '../dialog/dialog.js'
import { createField, createForm } from '../dialog/form.js'
import { element } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { inWords } from '../../words/language.js'

/** @typedef {{ id: number, name: string }} Planned */

/** @type {Record<string, [field: string, words?: string]>} */
const RULES = {
  users_is_known: ['name', inWords('There is nobody with this name.')],
  rooms_co_hosts_can_be_named: ['name', inWords('This person cannot be a co-host of this room.')],
  rooms_co_hosts_are_few: ['name', inWords('A room has at most 10 co-hosts.')],
}

/**
 * The host names co-hosts of a planned room, and removes them.
 * @param {{ all: (room: Planned) => Promise<readonly string[]>, suggest: (beginning: string) => Promise<string[]>, add: (room: Planned, username: string) => Promise<unknown>, remove: (room: Planned, username: string) => Promise<unknown> }} actions
 */
export function createCoHosts({ all, suggest, add, remove }) {
  /** @type {Planned} */ let room
  let asked = 0
  const names = element('datalist', { id: 'co-host-names' })
  const name = createField({ id: 'co-host-name', label: inWords('Name'), input: element('input', { list: 'co-host-names', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', on: { input: look } }) })
  const form = createForm({ fields: { name }, rules: RULES, go: inWords('Make co-host'), check: () => (name.value ? null : ['name', inWords('Enter the name of a person.')]), submit }, name.element, names)
  const refusal = createRefusal()
  const list = element('ul', { class: 'banned co-hosts', 'aria-label': inWords('Co-hosts') })
  const dialog = createDialog(inWords('Co-hosts'), element('p', { class: 'quiet', text: inWords('Co-hosts enter before the room opens, open it, moderate it, and may end it. They see it in their hallway.') }), list, refusal.element, form.element)

  async function look() {
    const ticket = (asked += 1)
    const found = await suggest(name.value).catch(() => [])
    if (ticket === asked) names.replaceChildren(...found.map((username) => element('option', { value: username })))
  }

  async function draw() {
    const shown = room
    await refusal.attempt(async () => {
      const present = await all(shown)
      if (shown === room) list.replaceChildren(...present.map(entry))
    })
  }

  function entry(/** @type {string} */ username) {
    return element('li', { class: 'banned__one' }, avatar(username), element('span', { class: 'banned__name', dir: 'auto', text: username }),
      element('button', { class: 'button', type: 'button', text: inWords('Remove'), 'aria-label': inWords('Remove the co-host {username}', { username }), on: { click: takeAway } }))
    async function takeAway() {
      if (!(await refusal.attempt(() => remove(room, username)))) return
      await draw()
      name.focus()
    }
  }

  async function submit() {
    await add(room, name.value)
    form.element.reset()
    await draw()
    name.focus()
  }

  return {
    element: dialog.element,
    open(/** @type {Planned} */ planned) {
      room = planned
      form.clear()
      form.element.reset()
      refusal.say(null)
      list.replaceChildren()
      dialog.entitle(inWords('Co-hosts of {name}', { name: planned.name }))
      dialog.open()
      name.focus()
      void draw()
      void look()
    },
  }
}
