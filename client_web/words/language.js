import { createFormatter } from './message.js'

/**
 * The page's language, and its sentences in it. The English sentence is the key, so English needs no file, and code reads like the page.
 * Of the other languages only the one in use is loaded, before anything is drawn.
 *
 * The choice is kept in the browser, not with the user: it is needed before anybody signs in, and it is the reader's in front of this screen.
 *
 * @import { Values } from './message.js'
 * @typedef {{ sentences: Record<string, string>, rules: Record<string, string> }} Catalogue  rules: refusals of the server by rule or code
 */

/** What each language calls itself. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', ar: 'العربية' }

const RIGHT_TO_LEFT = ['ar']

const KEPT = 'roomtone.language'
const PATIENCE_MS = 10_000 // then the page is English: English words are better than none
const LETTERS_TO_THE_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/u

/** The best of the page's languages for a reader. @param {readonly string[]} wanted  BCP 47, best first */
export function languageFor(wanted) {
  return wanted.map((each) => each.toLowerCase().split('-')[0]).find((each) => Object.hasOwn(LANGUAGES, each)) ?? 'en'
}

/** The reader's own kind of a language: de-AT, ar-EG. English is written as it always was here. @param {string} language @param {readonly string[]} wanted */
export const localeFor = (language, wanted) => (language === 'en' ? 'en' : (wanted.find((each) => languageFor([each]) === language) ?? language))

const inPage = typeof document !== 'undefined' && !document.documentElement.hasAttribute('data-english') // a page that is not translated says so
const wanted = inPage ? navigator.languages : []

function keptLanguage() {
  try {
    return inPage ? localStorage.getItem(KEPT) : null
  } catch {
    return null // storage is forbidden: then the browser's languages decide each time
  }
}

/** @param {string} language @returns {Promise<Catalogue|null>} */
async function load(language) {
  try {
    const answer = await fetch(new URL(`./${language}.json`, import.meta.url), { signal: AbortSignal.timeout(PATIENCE_MS) })
    return answer.ok ? await answer.json() : null
  } catch {
    return null
  }
}

const chosen = languageFor([keptLanguage() ?? '', ...wanted])
const catalogue = chosen === 'en' ? null : await load(chosen)

/** The language in use: a key of LANGUAGES. */
export const language = catalogue ? chosen : 'en'
/** For `Intl`. */
export const locale = localeFor(language, wanted)
const isRightToLeft = RIGHT_TO_LEFT.includes(language)

if (inPage) {
  document.documentElement.lang = language
  document.documentElement.dir = isRightToLeft ? 'rtl' : 'ltr'
}

/**
 * Keeps the direction of a text to itself (Unicode UAX 9: FSI … PDI). A page and a text that both run from left to right need no marks, and a link
 * has none, because who copies it would copy them, too. @param {string} text
 */
export const isolated = (text) => (text && !/^https?:/u.test(text) && (isRightToLeft || LETTERS_TO_THE_LEFT.test(text)) ? `\u2068${text}\u2069` : text)

const { format, numbers } = createFormatter(locale, isolated)

export const number = numbers

/** A sentence in the page's language. @param {string} english  a literal: a test reads it @param {Values} [values]  for its gaps */
export const inWords = (english, values) => format(catalogue?.sentences[english] ?? english, values)

/**
 * A refusal of the server in the page's language, by its rule or, without one, its code. Undefined where the catalogue has none, as for all in
 * English: the server's own message is shown then.
 * @param {{ rule?: string|null, code?: string }} refused
 */
export function refusalInWords({ rule, code = '' }) {
  if (!catalogue) return undefined
  const { rules } = catalogue
  if (!rule) return rules[code] ?? rules[code.slice(0, 2)]
  return rules[rule] ?? rules[Object.keys(rules).find((ending) => ending.startsWith('*') && rule.endsWith(ending.slice(1))) ?? '']
}

/** Keeps another language, and shows the page in it. @param {string} language */
export function speak(language) {
  try {
    localStorage.setItem(KEPT, language)
  } catch {
    return // it cannot be kept, and the page would come back as it is
  }
  location.reload()
}
