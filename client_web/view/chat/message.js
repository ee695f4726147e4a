import { avatar } from '../elements/avatar.js'
import { isOnlyEmoji, timeInWords } from './words.js'
import { element, mark, say } from '../elements/element.js'
import { cutLinks, withLinks } from '../elements/links.js'
import { symbol } from '../elements/symbol.js'
import { problemInWords, roleInWords } from '../elements/words.js'

/**
 * One message: who, when, and what; as text, whatever is in it. What can be done about it shows while a hand or the focus is on it.
 *
 * @typedef {object} Entry
 * @property {number} key
 * @property {number} user_id
 * @property {number|null} id           null while it is not in the room yet
 * @property {string} username
 * @property {string} body
 * @property {number} at                ms since the epoch
 * @property {boolean} mine
 * @property {boolean} first            of several by one person in a row
 * @property {string|null} role         HOST or MODERATOR
 * @property {boolean} blocked          by somebody I blocked
 * @property {'said'|'sending'|'unsent'|'leaving'} state
 * @property {Error|null} problem
 * @property {boolean} may_delete
 * @property {boolean} may_pin
 *
 * @param {Entry} entry
 * @param {{ removeMessage: (id: number) => void, pinLink: (url: string) => Promise<unknown>, sendAgain: (key: number) => void,
 *           takeBack: (key: number) => void }} acts
 */
export function createMessage(entry, acts) {
  let latest = entry
  let shown = false // folded ones, by hand
  const { username, body } = entry
  const at = new Date(entry.at)
  const role = element('span', { class: 'message__role' })
  const time = element('time', { class: 'message__time', datetime: at.toISOString(), title: at.toLocaleString(), text: timeInWords(at) })
  const head = element('p', { class: 'message__head' }, element('bdi', { class: 'message__name', text: username }), role, time)
  const text = element('p', { class: isOnlyEmoji(body) ? 'message__body message__body--large' : 'message__body', dir: 'auto' }, ...withLinks(body))
  const fold = element('p', { class: 'message__fold', hidden: true })
  const trouble = element('div', { class: 'message__trouble', hidden: true })
  const bar = element('div', { class: 'message__acts', hidden: true })
  const face = element('span', { class: 'message__face' }, avatar(username))
  const root = element('li', { class: 'message', tabindex: '-1' }, face, head, text, fold, trouble, bar)
  const link = cutLinks(body).find((part) => typeof part !== 'string')
  let offered = ''

  function unfold() {
    shown = true
    update(latest)
    root.focus()
  }

  function offer() {
    const wanted = [latest.may_pin && link ? 'pin' : '', latest.may_delete ? 'delete' : ''].join()
    if (wanted === offered) return
    offered = wanted
    rest()
  }

  function rest() {
    const pin = latest.may_pin && link ? act('pin', 'Pin this link for everybody', () => pinIt()) : null
    const remove = latest.may_delete ? act('bin', 'Delete this message', ask) : null
    bar.replaceChildren(...[pin, remove].filter((one) => one !== null))
    bar.hidden = bar.childElementCount === 0
  }

  /** Once more, for a thumb slips. */
  function ask() {
    const keep = () => { rest(); root.focus() }
    const yes = element('button', { class: 'message__yes', type: 'button', text: 'Delete', on: { click: () => latest.id !== null && acts.removeMessage(latest.id) } })
    bar.replaceChildren(yes, element('button', { class: 'message__keep', type: 'button', text: 'Keep it', on: { click: keep } }))
    yes.focus()
  }

  async function pinIt() {
    if (!link) return
    tell(null)
    try {
      await acts.pinLink(link.href)
    } catch (problem) {
      tell(problemInWords(problem))
    }
  }

  /** @param {string|null} words @param {...HTMLElement} ways */
  function tell(words, ...ways) {
    trouble.hidden = !words
    trouble.replaceChildren(...(words ? [element('p', { text: words }), ...ways] : []))
  }

  /** @param {Entry} entry @param {Entry|null} before */
  function drawTrouble({ state, problem, key }, before) {
    if (state === before?.state && problem === before?.problem) return
    if (state !== 'unsent') return tell(problem ? problemInWords(problem) : null)
    /** @param {string} words @param {(key: number) => void} does */
    const way = (words, does) => element('button', { class: 'message__way', type: 'button', text: words, on: { click: () => does(key) } })
    tell(problem ? `Not sent. ${problemInWords(problem)}` : 'Not sent.', way('Send again', acts.sendAgain), way('Edit the message', acts.takeBack))
  }

  /** @type {Entry|null} */ let drawn = null
  function update(/** @type {Entry} */ next) {
    latest = next
    mark(root, 'data-state', next.state)
    mark(root, 'aria-busy', next.state === 'sending' || next.state === 'leaving' ? 'true' : null)
    root.classList.toggle('message--mine', next.mine)
    root.classList.toggle('message--first', next.first)
    const folded = next.blocked && !shown
    root.classList.toggle('message--folded', folded)
    head.hidden = face.hidden = !next.first || folded
    text.hidden = folded
    fold.hidden = !folded
    if (folded && !fold.firstChild) {
      fold.append('A message from somebody you blocked. ', element('button', { class: 'message__show', type: 'button', text: 'Show it', on: { click: unfold } }))
    }
    role.hidden = !next.role
    say(role, next.role ? roleInWords(next.role) : '')
    offer()
    if (folded && !next.may_delete) bar.hidden = true
    drawTrouble(next, drawn)
    drawn = next
  }

  return { element: root, update }
}

/** @param {string} drawing @param {string} label @param {() => unknown} does */
const act = (drawing, label, does) =>
  element('button', { class: 'message__act', type: 'button', 'aria-label': label, title: label, on: { click: does } }, symbol(drawing))
