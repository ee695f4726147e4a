import { avatar } from '../elements/avatar.js'
import { isLong, isOnlyEmoji, timeInWords } from './words.js'
import { element, mark, say } from '../elements/element.js'
import { cutLinks, withLinks } from '../elements/links.js'
import { symbol } from '../elements/symbol.js'
import { problemInWords } from '../elements/problem_words.js'
import { roleInWords } from '../people/person_words.js'
import { inWords, language, locale } from '../../words/language.js'

/**
 * One message, always shown as text. Its buttons are shown while the pointer or the focus is on it.
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
 * @property {boolean} blocked          by a person I blocked
 * @property {'said'|'sending'|'waiting'|'unsent'|'deleting'} state
 * @property {Error|null} problem
 * @property {boolean} may_delete
 * @property {boolean} may_pin
 *
 * @param {Entry} entry
 * @param {{ removeMessage: (id: number) => void, pinLink: (url: string) => Promise<unknown>, sendAgain: (key: number) => void,
 *           editAgain: (key: number) => void }} actions
 */
export function createMessage(entry, actions) {
  let latest = entry
  let shown = false // a hidden message of a blocked person was opened
  const { username, body } = entry
  const at = new Date(entry.at)
  const role = element('span', { class: 'message__role' })
  const time = element('time', { class: 'message__time', datetime: at.toISOString(), title: at.toLocaleString(language === 'en' ? undefined : locale), text: timeInWords(at) })
  const head = element('p', { class: 'message__head' }, element('bdi', { class: 'message__name', text: username }), role, time)
  const text = element('p', { class: isOnlyEmoji(body) ? 'message__body message__body--large' : 'message__body', dir: 'auto' }, ...withLinks(body))
  const showAll = element('button', { class: 'message__show', type: 'button', 'aria-expanded': 'false', text: inWords('Show all'), hidden: true, on: { click: () => setClipped(showAll.getAttribute('aria-expanded') === 'true') } })
  const foldedNote = element('p', { class: 'message__fold', hidden: true })
  const problemBox = element('div', { class: 'message__problem', hidden: true })
  const bar = element('div', { class: 'message__actions', hidden: true })
  const face = element('span', { class: 'message__face' }, avatar(username))
  const root = element('li', { class: 'message', tabindex: '-1' }, face, head, text, showAll, foldedNote, problemBox, bar)
  const link = cutLinks(body).find((part) => typeof part !== 'string')
  let drawnButtons = ''

  /** A long message shows its first lines, so that it does not push the others away. @param {boolean} short */
  function setClipped(short) {
    text.classList.toggle('message__body--clipped', short)
    mark(showAll, 'aria-expanded', String(!short))
    say(showAll, short ? inWords('Show all') : inWords('Show less'))
  }
  if (isLong(body)) {
    setClipped(true)
    text.addEventListener('focusin', () => setClipped(false)) // a link in the hidden part
  }

  function showFolded() {
    shown = true
    update(latest)
    root.focus()
  }

  function updateButtons() {
    const wanted = [latest.may_pin && link ? 'pin' : '', latest.may_delete ? 'delete' : ''].join()
    if (wanted === drawnButtons) return
    drawnButtons = wanted
    drawButtons()
  }

  function drawButtons() {
    const pin = latest.may_pin && link ? action('pin', inWords('Pin this link for everybody'), () => pinIt()) : null
    const remove = latest.may_delete ? action('bin', inWords('Delete this message'), askToDelete) : null
    bar.replaceChildren(...[pin, remove].filter((one) => one !== null))
    bar.hidden = bar.childElementCount === 0
  }

  /** Asks again before deleting. */
  function askToDelete() {
    const keep = () => { drawButtons(); root.focus() }
    const yes = element('button', { class: 'message__yes', type: 'button', text: inWords('Delete'), on: { click: () => latest.id !== null && actions.removeMessage(latest.id) } })
    bar.replaceChildren(yes, element('button', { class: 'message__keep', type: 'button', text: inWords('Keep it'), on: { click: keep } }))
    yes.focus()
  }

  async function pinIt() {
    if (!link) return
    showProblem(null)
    try {
      await actions.pinLink(link.href)
    } catch (problem) {
      showProblem(problemInWords(problem))
    }
  }

  /** @param {string|null} words @param {...HTMLElement} buttons */
  function showProblem(words, ...buttons) {
    problemBox.hidden = !words
    problemBox.replaceChildren(...(words ? [element('p', { text: words }), ...buttons] : []))
  }

  /** @param {Entry} entry @param {Entry|null} before */
  function drawProblem({ state, problem, key }, before) {
    if (state === before?.state && problem === before?.problem) return
    if (state !== 'unsent' && state !== 'waiting') return showProblem(problem ? problemInWords(problem) : null)
    /** @param {string} words @param {(key: number) => void} does */
    const button = (words, does) => element('button', { class: 'message__retry', type: 'button', text: words, on: { click: () => does(key) } })
    const words = state === 'waiting' ? inWords('Not sent yet. It is sent when you are connected again.') : problem ? inWords('Not sent. {why}', { why: problemInWords(problem) }) : inWords('Not sent.')
    showProblem(words, button(inWords('Send again'), actions.sendAgain), button(inWords('Edit the message'), actions.editAgain))
  }

  /** @type {Entry|null} */ let drawn = null
  function update(/** @type {Entry} */ next) {
    latest = next
    mark(root, 'data-state', next.state)
    mark(root, 'aria-busy', next.state === 'sending' || next.state === 'deleting' ? 'true' : null)
    root.classList.toggle('message--mine', next.mine)
    root.classList.toggle('message--first', next.first)
    const folded = next.blocked && !shown
    root.classList.toggle('message--folded', folded)
    head.hidden = face.hidden = !next.first || folded
    text.hidden = folded
    showAll.hidden = folded || !isLong(body)
    foldedNote.hidden = !folded
    if (folded && !foldedNote.firstChild) {
      foldedNote.append(`${inWords('A message from a person you blocked.')} `, element('button', { class: 'message__show', type: 'button', text: inWords('Show it'), on: { click: showFolded } }))
    }
    role.hidden = !next.role
    say(role, next.role ? roleInWords(next.role) : '')
    updateButtons()
    if (folded && !next.may_delete) bar.hidden = true
    drawProblem(next, drawn)
    drawn = next
  }

  return { element: root, update }
}

/** @param {string} drawing @param {string} label @param {() => unknown} does */
const action = (drawing, label, does) =>
  element('button', { class: 'message__action', type: 'button', 'aria-label': label, title: label, on: { click: does } }, symbol(drawing))
