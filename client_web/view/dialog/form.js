import { element, mark, say } from '../elements/element.js'
import { ruleOf } from '../../signaling/problem.js'
import { problemInWords } from '../elements/problem_words.js'
import { inWords } from '../../words/language.js'

/**
 * A field with its label and the text of a refusal. A text that is too long is not cut: a message says so.
 *
 * @template {HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} T
 * @param {object} how
 * @param {string} how.id
 * @param {string} how.label
 * @param {T} how.input
 * @param {string} [how.hint]  shown below the field
 * @param {number} [how.most]  at most so many characters
 */
export function createField({ id, label, input, hint, most }) {
  const about = hint ? element('p', { class: 'field__hint quiet', id: `${id}-hint`, text: hint }) : null
  const refusal = element('p', { class: 'field__refusal', id: `${id}-refusal`, role: 'alert' })
  mark(input, 'id', id)
  mark(input, 'aria-describedby', about ? `${id}-hint ${id}-refusal` : `${id}-refusal`)
  input.classList.add('field__input')
  input.addEventListener('input', () => field.refuse(tooLong()))

  function tooLong() {
    const length = most ? [...input.value].length : 0
    return most && length > most ? inWords('At most {most, plural, one {# character} other {# characters}}; these are {length}.', { most, length }) : ''
  }

  const field = {
    element: element('div', { class: 'field' }, element('label', { class: 'field__label', for: id, text: label }), input, about, refusal),
    input,
    get value() {
      return input.value.trim()
    },
    refuse(/** @type {string} */ words) {
      say(refusal, words)
      mark(input, 'aria-invalid', words ? 'true' : null)
    },
    tooLong,
    focus: () => input.focus(),
  }
  return field
}

/** A choice between several values, for a field. @param {readonly (readonly string[])[]} options  each a value and its text */
export const createSelect = (options) => element('select', {}, ...options.map(([value, text]) => element('option', { value, text })))

/**
 * A choice between several values, each with a description.
 * @param {{ name: string, label: string, choices: readonly (readonly [value: string, title: string, about: string])[], chosen: string }} how
 */
export function createChoices({ name, label, choices, chosen }) {
  const refusal = element('p', { class: 'field__refusal', role: 'alert' })
  const inputs = choices.map(([value]) => element('input', { type: 'radio', name, value, checked: value === chosen }))
  const labels = choices.map(([, title, about], index) => labelOf(inputs[index], title, about))
  const set = element('fieldset', { class: 'field field--choices' }, element('legend', { class: 'field__label', text: label }), ...labels, refusal)
  return {
    element: set,
    get value() {
      return inputs.find((input) => input.checked)?.value ?? chosen
    },
    choose(/** @type {string} */ value) {
      for (const input of inputs) input.checked = input.value === value
    },
    /** @param {string} value @param {boolean} offered  what makes no sense just now is not offered */
    offer(value, offered) {
      const index = inputs.findIndex((input) => input.value === value)
      labels[index].hidden = !offered
      if (!offered && inputs[index].checked) this.choose(chosen)
    },
    refuse: (/** @type {string} */ words) => say(refusal, words),
    tooLong: () => '',
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
  }
}

/**
 * A choice of yes or no, with its description.
 * @param {{ name: string, label: string, title: string, about: string }} how
 */
export function createCheck({ name, label, title, about }) {
  const refusal = element('p', { class: 'field__refusal', role: 'alert' })
  const input = element('input', { type: 'checkbox', name })
  const choice = labelOf(input, title, about)
  return {
    element: element('fieldset', { class: 'field field--choices' }, element('legend', { class: 'field__label', text: label }), choice, refusal),
    input,
    /** @param {string|null} why  null: it can be chosen */
    bar(why) {
      input.disabled = why !== null
      say(/** @type {Element} */ (choice.querySelector('.quiet')), why ?? about)
    },
    refuse: (/** @type {string} */ words) => say(refusal, words),
    tooLong: () => '',
    focus: () => input.focus(),
  }
}

/** The label of a radio button or checkbox, with a description. @param {HTMLInputElement} input @param {string|Node} title @param {string} about */
export const labelOf = (input, title, about) => element('label', { class: 'choice' }, input,
  element('span', { class: 'choice__text' }, element('strong', {}, title), element('span', { class: 'quiet', text: about })))

/**
 * A form that shows a refusal beside the field it concerns. What was typed stays until it is accepted.
 *
 * @param {object} how
 * @param {Record<string, { refuse: (words: string) => void, focus: () => void, tooLong: () => string }>} how.fields
 * @param {Record<string, readonly [field: string, words?: string]>} how.rules  the field of each rule; with a text that replaces the
 *   database's message
 * @param {string} how.go  what the button says
 * @param {() => [field: string, words: string]|null} [how.check]  mistakes that are found without sending the form
 * @param {() => Promise<void>} how.submit  may reject with a Problem
 * @param {...Node} children  the fields, in their order
 */
export function createForm({ fields, rules, go, check = () => null, submit }, ...children) {
  const refusal = element('p', { class: 'field__refusal', role: 'alert' })
  const button = element('button', { class: 'button button--action', type: 'submit', text: go })
  const form = element('form', { class: 'dialog__form', novalidate: true, on: { submit: onSubmit } }, ...children, refusal, element('div', { class: 'dialog__go' }, button))
  let busy = false

  /** @param {string} name @param {string} words */
  function refuse(name, words) {
    fields[name].refuse(words)
    fields[name].focus()
  }

  function clear() {
    say(refusal, '')
    for (const field of Object.values(fields)) field.refuse('')
  }

  async function onSubmit(/** @type {Event} */ event) {
    event.preventDefault()
    if (busy) return
    clear()
    const long = Object.entries(fields).find(([, field]) => field.tooLong())
    const known = long ? long[0] : null
    const found = known === null ? check() : null
    if (known !== null) return refuse(known, fields[known].tooLong())
    if (found) return refuse(...found)
    busy = true
    mark(button, 'aria-disabled', 'true')
    try {
      await submit()
    } catch (problem) {
      const [name, words] = rules[ruleOf(problem) ?? ''] ?? []
      if (name) refuse(name, words ?? problemInWords(problem))
      else say(refusal, problemInWords(problem))
    } finally {
      busy = false
      mark(button, 'aria-disabled', null)
    }
  }

  return { element: form, button, clear }
}
