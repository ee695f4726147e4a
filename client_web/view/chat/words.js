import { inWords } from '../../words/language.js'
import { dates } from '../elements/when.js'
import { capital, together } from '../elements/words.js'


/** The chat's texts. Pure: state in, words out. */

export const LONGEST = 2000 // characters, as in the constraint messages_body_is_text
const NEAR = 200 // from here on the number of characters left is shown

const TIME = new Intl.DateTimeFormat(dates, { hour: '2-digit', minute: '2-digit' })
const DAY_AND_TIME = new Intl.DateTimeFormat(dates, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** "14:05", or "Mon, 23 Nov, 14:05" for another day. @param {Date} at @param {Date} [today] */
export const timeInWords = (at, today = new Date()) => (at.toDateString() === today.toDateString() ? TIME : DAY_AND_TIME).format(at)

/** Characters as PostgreSQL counts them. */
export const lengthOf = (/** @type {string} */ text) => [...text].length

/** How many characters are left or too many; nothing while there are many left. @param {number} length */
export function lengthInWords(length) {
  const left = LONGEST - length
  if (left > NEAR) return ''
  if (left >= 0) return inWords('{left, plural, one {# character} other {# characters}} left', { left })
  return inWords('{count, plural, one {# character} other {# characters}} too many', { count: -left })
}

/** "42 s", "2 min 5 s" @param {number} seconds */
export function secondsInWords(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  if (!minutes) return inWords('{seconds} s', { seconds })
  return rest ? inWords('{minutes} min {seconds} s', { minutes, seconds: rest }) : inWords('{minutes} min', { minutes })
}

/** Why I cannot write now, and for how long. @param {boolean} slow @param {number} seconds */
export const waitInWords = (slow, seconds) =>
  slow ? inWords('Slow mode: you can write again in {time}.', { time: secondsInWords(seconds) }) : inWords('You wrote many messages in a short time. You can write again in {time}.', { time: secondsInWords(seconds) })

/** What slow mode means. */
export const slowInWords = (/** @type {number} */ seconds) => inWords('Slow mode: one message every {time}.', { time: secondsInWords(seconds) })

/** @type {Record<string, string>} */
const GESTURES = { '👏': inWords('applause'), '❤️': inWords('a heart'), '😂': inWords('laughter'), '🔥': inWords('fire'), '👍': inWords('a thumbs up'), '🎉': inWords('a party popper'), '😮': inWords('surprise'), '🙏': inWords('thanks') }
export const gestureInWords = (/** @type {string} */ emoji) => GESTURES[emoji] ?? emoji

/** @param {readonly string[]} names */
const peopleInWords = (names) => (names.length > 3 ? inWords('{count, plural, one {# person} other {# people}}', { count: names.length }) : together(names))

/** Several reactions as one sentence. @param {{ username: string, emoji: string }[]} reactions */
export function reactionsInWords(reactions) {
  const names = [...new Set(reactions.map(({ username }) => username))]
  const gestures = [...new Set(reactions.map(({ emoji }) => gestureInWords(emoji)))]
  return inWords('{what} from {who}.', { what: gestures.length > 3 ? inWords('Reactions') : capital(together(gestures)), who: peopleInWords(names) })
}

const BRIEFLY = 140 // characters of a message that are announced

/** New messages as one announcement: with their text if the chat is open, otherwise only their number. @param {{ username: string, body: string }[]} messages @param {boolean} open */
export function messagesInWords(messages, open) {
  const names = [...new Set(messages.map(({ username }) => username))]
  const who = peopleInWords(names)
  if (!open || messages.length > 2) return inWords('{count, plural, one {# new message} other {# new messages}} from {who}.', { count: messages.length, who })
  return messages.map(({ username, body }) => `${username}: ${body.length > BRIEFLY ? `${body.slice(0, BRIEFLY)}…` : body}`).join(' ')
}

/** Up to three emoji without other text are shown larger. */
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\s)+$/u
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
export const isOnlyEmoji = (/** @type {string} */ body) =>
  body.length < 40 && ONLY_EMOJI.test(body) && [...graphemes.segment(body)].filter(({ segment }) => segment.trim()).length <= 3

const [LONG_LINES, LONG_CHARACTERS] = [12, 700]

/** Whether a message is so long that only its first lines are shown. @param {string} body */
export const isLong = (body) => body.length > LONG_CHARACTERS || body.split('\n').length > LONG_LINES
