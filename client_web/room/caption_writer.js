import { isUnanswered, ruleOf } from '../signaling/problem.js'

const PAUSE = 600 // ms between two corrections of one caption: everybody in the room receives each
const AGAIN = 1000 // ms after a request without an answer, or one that came too fast
const OLD = 20_000 // ms; words of which nobody heard for so long are of no use any more
const MOST = 5 // captions that wait; the oldest is dropped
const LONGEST = 500 // characters: `captions_text_is_text`

/**
 * Writes what I say as rows of `captions`: an INSERT with the first words, an UPDATE for each correction, one request at a time. While a
 * request is on its way, only the newest words of a caption wait. What the room refuses is dropped: the next words begin another caption.
 *
 * @typedef {{ id: number|null, text: string, final: boolean, written: string, at: number }} Waiting
 * @param {object} options
 * @param {Pick<import('./room_api.js').RoomApi, 'insert'|'rows'>} options.api
 * @param {(problem: Error) => void} options.onRefusal
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
      const { text, final } = one
      try {
        if (one.id === null) one.id = /** @type {number} */ ((await api.insert('captions', { text, final }, { quiet: true }))?.[0]?.id ?? null)
        else await api.rows.update('captions', { text, final }, { id: `eq.${one.id}` }, { representation: false })
        one.written = mark(text, final)
        if (!final) await pause(PAUSE)
      } catch (problem) {
        const again = isUnanswered(problem) || /_rate_limited$/u.test(ruleOf(problem) ?? '')
        if (!again || performance.now() - one.at > OLD) drop(one)
        if (again) await pause(AGAIN)
        else onRefusal(/** @type {Error} */ (problem))
      }
    }
    busy = false
  }

  /** The first that is not written as it is now. */
  function next() {
    waiting = waiting.filter((one) => one === open || one.written !== mark(one.text, one.final))
    return waiting.find((one) => one.written !== mark(one.text, one.final))
  }

  function drop(/** @type {Waiting} */ one) {
    waiting = waiting.filter((each) => each !== one)
    if (open === one) open = null
  }

  return {
    /** The words of what I say now; with `final` the next words begin another caption. @param {string} words @param {boolean} final */
    say(words, final) {
      const text = words.replace(/\s+/gu, ' ').replace(/\p{Cc}/gu, '').trim().slice(0, LONGEST)
      if (!text) return
      if (!open) waiting = [...waiting, (open = { id: null, text, final, written: '', at: 0 })].slice(-MOST)
      Object.assign(open, { text, final, at: performance.now() })
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

const mark = (/** @type {string} */ text, /** @type {boolean} */ final) => `${final ? '.' : '…'}${text}`
