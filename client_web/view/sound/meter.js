import { element, mark, say } from '../elements/element.js'
import { inWords } from '../../words/language.js'

const WINDOW = 1_200 // ms: the loudest level in this time is shown
const QUIETEST = -54 // dB, the bar's left end

/**
 * The meaning of a peak level (0..1), loudest first, and what to do.
 * @typedef {'too_loud'|'good'|'quiet'|'silent'} LoudnessLevel
 * @type {readonly { from: number, level: LoudnessLevel, word: string, advice: string }[]}
 */
const LEVELS = [
  { from: 0.97, level: 'too_loud', word: inWords('Too loud'), advice: inWords('Move back a little, or turn down the microphone.') },
  { from: 0.06, level: 'good', word: inWords('Good'), advice: inWords('Others hear you well.') },
  { from: 0.012, level: 'quiet', word: inWords('Quiet'), advice: inWords('Come closer, or turn up the microphone.') },
  { from: 0, level: 'silent', word: inWords('No sound'), advice: inWords('Say something. If nothing moves, choose another microphone or check whether it is switched off.') },
]

/** @param {number} peak 0..1 */
const levelInWords = (peak) => LEVELS.find(({ from }) => peak >= from) ?? LEVELS[LEVELS.length - 1]

/** The position of a level on the bar, 0..1, linear in decibels. @param {number} level 0..1 */
const onTheBar = (level) => (level > 0 ? Math.min(1, Math.max(0, 1 - (20 * Math.log10(level)) / QUIETEST)) : 0)

/**
 * The level of a microphone, as a bar and in words. The words change only every WINDOW ms, so that they can be read.
 * @param {() => number} level  0..1, now
 */
export function createSoundMeter(level) {
  const fill = element('span', { class: 'meter__fill' })
  const bar = element('div', { class: 'meter__bar', role: 'meter', 'aria-label': inWords('Microphone level'), 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': '0' }, fill)
  const word = element('strong')
  const advice = element('span', { class: 'quiet' })
  const root = element('div', { class: 'meter', hidden: true }, bar, element('p', { class: 'meter__words', role: 'status' }, word, ' ', advice))
  let frame = 0
  let peak = 0
  let since = 0

  function look(/** @type {number} */ now) {
    const loud = level()
    fill.style.setProperty('--level', onTheBar(loud).toFixed(3))
    peak = Math.max(peak, loud)
    if (now - since >= WINDOW) showWords(now)
    frame = requestAnimationFrame(look)
  }

  function showWords(/** @type {number} */ now) {
    const loudness = levelInWords(peak)
    root.dataset.level = loudness.level
    say(word, loudness.word)
    say(advice, loudness.advice)
    mark(bar, 'aria-valuenow', Math.round(100 * onTheBar(peak)))
    mark(bar, 'aria-valuetext', loudness.word)
    peak = 0
    since = now
  }

  return {
    element: root,
    start() {
      if (frame) return
      root.hidden = false
      peak = 0
      since = performance.now()
      say(word, inWords('Say something…'))
      say(advice, '')
      frame = requestAnimationFrame(look)
    },
    stop() {
      cancelAnimationFrame(frame)
      frame = 0
      root.hidden = true
    },
  }
}
