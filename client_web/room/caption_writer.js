import { isUnanswered, ruleOf } from '../signaling/problem.js'

const PAUSE = 600 // ms between two corrections of one caption: everybody in the room receives each
const AGAIN = 1000 // ms after a request without an answer, or one that came too fast
const OLD = 20_000 // ms; words of which nobody heard for so long are of no use any more
const MOST = 5 // captions that wait; the oldest is dropped
const LONGEST = 500 // characters: `captions_text_is_text`

/**
 * Writes what I say as rows of `captions`: an INSERT with the first words, an UPDATE for each correction, one request at a time. While a
 * request is on its way, only the newest words of a caption wait. What the room refuses is dropped: the next words begin another caption.
 * So do the words after those that were taken back, and after those of an INSERT without an answer, which may have been written.
 *
 * @typedef {{ id: number|null, words: string[], skipped: number, final: boolean, sent: number, written: string, at: number }} Waiting
 *   words: all that I said; skipped: how many of them are not written again; sent: up to which one they are in the row
 * @param {object} options
 * @param {Pick<import('./room_api.js').RoomApi, 'insert'|'rows'>} options.api
 * @param {(problem: Error|null) => void} options.onRefusal  null: words were written again
 * @param {(ms: number) => Promise<void>} [options.pause]
 */
export function createCaptionWriter({ api, onRefusal, pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }) {
  /** @type {Waiting[]} */ let waiting = []
  /** @type {Waiting|null} */ let open = null // the caption to which the next words belong
  let busy = false

  async function write() {
    if (busy) return
    busy = true
    for (let one = next(); one; one = next()) {
      const { final, words, id } = one
      const text = textOf(one)
      try {
        const rows = id === null
          ? await api.insert('captions', { text, final }, { quiet: true })
          : await api.rows.update('captions', { text, final }, { id: `eq.${id}`, select: 'id' })
        onRefusal(null)
        if (!rows?.length) skip(one) // it was taken back
        else Object.assign(one, { id: rows[0].id, sent: words.length, written: mark(text, final) })
        if (!final) await pause(PAUSE)
      } catch (problem) {
        const lost = isUnanswered(problem)
        const again = lost || /_rate_limited$/u.test(ruleOf(problem) ?? '')
        if (lost && id === null) skip(Object.assign(one, { sent: words.length }))
        else if (!again || performance.now() - one.at > OLD) drop(one)
        if (again) await pause(AGAIN)
        else onRefusal(/** @type {Error} */ (problem))
      }
    }
    busy = false
  }

  const isDue = (/** @type {Waiting} */ one) => textOf(one) !== '' && one.written !== mark(textOf(one), one.final)

  /** The first that is not written as it is now. */
  function next() {
    waiting = waiting.filter((one) => one === open || isDue(one))
    return waiting.find(isDue)
  }

  /** The words that were sent are not written again; those after them become another row. @param {Waiting} one */
  function skip(one) {
    Object.assign(one, { id: null, skipped: one.sent, written: '' })
  }

  function drop(/** @type {Waiting} */ one) {
    waiting = waiting.filter((each) => each !== one)
    if (open === one) open = null
  }

  return {
    /** The words of what I say now; with `final` the next words begin another caption. @param {string} said @param {boolean} final */
    say(said, final) {
      const words = wordsOf(said.replace(/\s+/gu, ' ').replace(/\p{Cc}/gu, '').trim())
      if (!words.length) return
      if (!open) waiting = [...waiting, (open = { id: null, words, skipped: 0, final, sent: 0, written: '', at: 0 })].slice(-MOST)
      Object.assign(open, { words, final, at: performance.now() })
      if (final) open = null
      void write()
    },
    /** Nothing more is written. */
    forget() {
      waiting = []
      open = null
    },
  }
}

/** Each with the spaces and marks after it. Many languages write no spaces between words. @param {string} text */
function wordsOf(text) {
  /** @type {string[]} */ const words = []
  for (const { segment, isWordLike } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)) {
    if (isWordLike || !words.length) words.push(segment)
    else words.push(words.pop() + segment)
  }
  return words
}

/** As many whole words as a row holds, in characters as the database counts them; of a word that is longer, its first characters. @param {Waiting} one */
function textOf({ words, skipped }) {
  let [text, length] = ['', 0]
  for (const word of words.slice(skipped)) {
    const characters = [...word.trimEnd()]
    if (length + characters.length > LONGEST) return (text || characters.slice(0, LONGEST).join('')).trim()
    text += word
    length += [...word].length
  }
  return text.trim()
}

const mark = (/** @type {string} */ text, /** @type {boolean} */ final) => `${final ? '.' : '…'}${text}`
