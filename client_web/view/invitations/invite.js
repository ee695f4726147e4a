import { ruleOf } from '../../signaling/problem.js'
import { avatar } from '../elements/avatar.js'
import { createDialog } from '../dialog/dialog.js'
import { element, say } from '../elements/element.js'
import { createField, createSelect } from '../dialog/form.js'
import { createShare } from '../elements/share.js'
import { onceBeforeNextFrame } from '../elements/next_frame.js'
import { problemInWords } from '../elements/problem_words.js'
import { inWords } from '../../words/language.js'

const TERMS = [['1 hour', inWords('an hour')], ['1 day', inWords('a day')], ['7 days', inWords('a week')], ['30 days', inWords('a month')]]
const USES = [['', inWords('anybody')], ['1', inWords('one person')], ['5', inWords('five people')], ['25', inWords('25 people')]]

/**
 * Invites people: by name, which they see on any page, or by a link to send to them.
 *
 * @typedef {{ kind: 'room'|'club', id: number, name: string, address: string|null, links: boolean }} Place
 *   `address`: a link that everybody may use; `links`: whether I may make invitation links
 * @param {{ suggest: (beginning: string) => Promise<string[]>, make: (place: Place, how: { username?: string|null, expires_in?: string, max_uses?: number|null }) => Promise<{ code: string }>,
 *           linkOf: (code: string) => string }} actions
 */
export function createInvite({ suggest, make, linkOf }) {
  /** @type {Place|undefined} */ let place
  let asked = 0
  const name = createField({ id: 'invite-name', label: inWords('By name'), input: element('input', { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', placeholder: inWords('Name'), on: { input: onceBeforeNextFrame(look) } }) })
  const people = element('ul', { class: 'sign-in__people' })
  const done = element('p', { class: 'invite__done', role: 'status' })
  const byName = element('form', { class: 'invite__part', novalidate: true, on: { submit: (event) => { event.preventDefault(); ask(name.value) } } },
    name.element, people, element('button', { class: 'button button--action', type: 'submit', text: inWords('Invite them') }), done)

  const open = createShare(inWords('Link to the room'))
  const openPart = element('section', { class: 'invite__part' }, element('h3', { class: 'field__label', text: inWords('By a link') }), element('p', { class: 'quiet', text: inWords('Everybody who may enter the room can use this link.') }), open.element)

  const lasting = createField({ id: 'invite-lasting', label: inWords('Open for'), input: createSelect(TERMS) })
  const uses = createField({ id: 'invite-uses', label: inWords('For'), input: createSelect(USES) })
  const refusal = element('p', { class: 'field__refusal', role: 'alert' })
  const fresh = createShare(inWords('Invitation link'))
  const linkPart = element('form', { class: 'invite__part', novalidate: true, on: { submit: (event) => { event.preventDefault(); makeLink() } } },
    element('h3', { class: 'field__label', text: inWords('By an invitation link') }), element('p', { class: 'quiet', text: inWords('Everybody who has this link may enter, until it expires or is used up.') }),
    element('div', { class: 'field-row' }, lasting.element, uses.element), element('button', { class: 'button', type: 'submit', text: inWords('Make a link') }), refusal, fresh.element)
  const dialog = createDialog(inWords('Invite'), byName, openPart, linkPart)

  /** Suggests names for what is typed; a tap on one invites that person. */
  async function look() {
    const ticket = (asked += 1)
    name.refuse('')
    const names = await suggest(name.value).catch(() => [])
    if (ticket !== asked) return
    people.replaceChildren(...names.map((username) => element('li', {},
      element('button', { class: 'sign-in__person', type: 'button', 'aria-label': inWords('Invite {username}', { username }), on: { click: () => ask(username) } }, avatar(username), element('bdi', { text: username })))))
  }

  async function ask(/** @type {string} */ username) {
    say(done, '')
    if (!username) {
      name.refuse(inWords('Enter the name of a person.'))
      return name.focus()
    }
    try {
      await make(target(), { username })
      name.input.value = ''
      name.refuse('')
      say(done, inWords('{username} is invited. They see it at once if they have Roomtone open.', { username }))
      look()
    } catch (problem) {
      if (username !== name.value) name.input.value = username
      // The database's hint for these rules is for people in psql.
      name.refuse(ruleOf(problem) === 'users_is_known' ? inWords('There is nobody with the name “{username}”.', { username }) : problemInWords(problem))
    }
    name.focus()
  }

  const target = () => /** @type {Place} */ (place)

  async function makeLink() {
    say(refusal, '')
    try {
      const { code } = await make(target(), { expires_in: lasting.value, max_uses: uses.value ? Number(uses.value) : null })
      fresh.update(linkOf(code), target().name)
    } catch (problem) {
      say(refusal, problemInWords(problem))
    }
  }

  return {
    element: dialog.element,
    /** @param {Place} where */
    open(where) {
      const other = place?.kind !== where.kind || place?.id !== where.id
      place = where
      if (other) {
        name.input.value = ''
        fresh.update(null)
        lasting.input.value = where.kind === 'room' ? '1 day' : '7 days'
      }
      name.refuse('')
      say(done, '')
      say(refusal, '')
      dialog.entitle(inWords('Invite to {name}', { name: where.name }))
      openPart.hidden = where.address === null
      open.update(where.address, where.name)
      linkPart.hidden = !where.links
      dialog.open()
      name.focus()
      look()
    },
  }
}
