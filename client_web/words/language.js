import { directionOf, isolatedIn, languageFor, localeFor } from './languages.js'
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

const KEPT = 'roomtone.language'
const PATIENCE_MS = 10_000 // then the page is English: English words are better than none

const inPage = typeof document !== 'undefined'
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

if (inPage) {
  document.documentElement.lang = language
  document.documentElement.dir = directionOf(language)
}

/** A text within a sentence of the page, whichever direction it has. @param {string} text */
export const isolated = (text) => isolatedIn(language, text)

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
