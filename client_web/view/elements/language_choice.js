import { element } from './element.js'
import { symbol } from './symbol.js'
import { inWords, language, speak } from '../../words/language.js'
import { LANGUAGES } from '../../words/languages.js'

/** The page's language, and the others: each by its own name, because who needs another one may not read this one. */
export function createLanguageChoice() {
  const options = Object.entries(LANGUAGES).map(([code, name]) => element('option', { value: code, lang: code, text: name, selected: code === language }))
  const choice = element('select', { class: 'language__choice', 'aria-label': inWords('Language'), on: { change: () => speak(choice.value) } }, ...options)
  return element('label', { class: 'language' }, symbol('language'), choice)
}
