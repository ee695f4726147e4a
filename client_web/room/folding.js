/** Accents and points, and signs for width and joining: as in `folded` (schema/00_database/27_search_functions.sql). */
// eslint-disable-next-line no-misleading-character-class -- combining characters, each by itself
const MARKS = /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f]/gu
/** What does not decompose. @type {Record<string, string>} */
const LETTERS = { ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ŧ: 't', ı: 'i', ŋ: 'n', ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th', ς: 'σ' }
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')

/** A text as a search compares it: in small letters, without accents. @param {string} text */
export const folded = (text) => text.normalize('NFKD').replace(MARKS, '').toLowerCase().replace(LETTER, (letter) => LETTERS[letter]).normalize('NFC')
