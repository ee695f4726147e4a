/** The languages of the page, and which of them a reader gets. Pure: the service worker uses it, too. */

/** What each language calls itself. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', ar: 'العربية' }

const RIGHT_TO_LEFT = ['ar']
const LETTERS_TO_THE_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/u

/** The best of the page's languages for a reader. @param {readonly string[]} wanted  BCP 47, best first */
export function languageFor(wanted) {
  return wanted.map((each) => each.toLowerCase().split('-')[0]).find((each) => Object.hasOwn(LANGUAGES, each)) ?? 'en'
}

/** The reader's own kind of a language: de-AT, ar-EG. English is written as it always was here. @param {string} language @param {readonly string[]} wanted */
export const localeFor = (language, wanted) => (language === 'en' ? 'en' : (wanted.find((each) => languageFor([each]) === language) ?? language))

/** @param {string} language  a key of LANGUAGES */
export const directionOf = (language) => (RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr')

/**
 * Keeps the direction of a text to itself (Unicode UAX 9: FSI … PDI) in a language. If both run from left to right the text needs no marks, and a link
 * has none, because who copies it would copy them, too. @param {string} language @param {string} text
 */
export const isolatedIn = (language, text) =>
  text && !/^https?:/u.test(text) && (directionOf(language) === 'rtl' || LETTERS_TO_THE_LEFT.test(text)) ? `\u2068${text}\u2069` : text
