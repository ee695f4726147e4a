/**
 * Who is speaking, and how loud. My microphone is measured by an analyser, the others by the audio level that their receiver reports,
 * which costs nothing. Nothing is played here: remote audio is played by `<audio>` elements only.
 */

const EVERY = 60 // ms between two measurements while nobody speaks
const CLOSELY = 30 // ms while somebody does: the end of speech must be reported quickly
const LOUD = 0.02 // linear, about −34 dBov: speech, not background noise
const SOFT = 0.012
// ms of silence that end speech. Inside a word there are up to 100 ms of silence (before a p, t or k). With one measurement more, speech
// ends after 150 ms; a page that is busy for another 150 ms still reports the end within 300 ms.
const HOLD = 120

/** @typedef {{ speaking: boolean, heard_at: number }} Speaking */
/** @type {Speaking} */
export const SILENT = Object.freeze({ speaking: false, heard_at: -Infinity })

/**
 * One measurement. A level from LOUD starts speech; less than SOFT for HOLD ends it, so that pauses between words change nothing.
 * @param {Speaking} state @param {number} level 0..1 @param {number} now ms @returns {Speaking}
 */
export function hear(state, level, now) {
  if (level >= (state.speaking ? SOFT : LOUD)) return { speaking: true, heard_at: now }
  if (state.speaking && now - state.heard_at >= HOLD) return SILENT
  return state
}

/** Without a loudspeaker, which would have to run all the time; other browsers than Chromium do not know this. @type {AudioContextOptions} */
const UNHEARD = /** @type {{}} */ ({ sinkId: { type: 'none' } })

/** The level of a local stream, 0..1. @param {MediaStream} stream */
export function streamLevel(stream) {
  const context = new AudioContext(UNHEARD)
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  context.createMediaStreamSource(stream).connect(analyser) // and no further: an analyser needs no destination
  const samples = new Float32Array(analyser.fftSize)
  return {
    level() {
      if (context.state !== 'running') return 0 // the analyser has what came before
      analyser.getFloatTimeDomainData(samples)
      let peak = 0
      for (const sample of samples) peak = Math.max(peak, Math.abs(sample))
      return Math.min(1, peak)
    },
    /** Nothing is measured, and nothing costs, while it is paused. @param {boolean} on */
    pause: (on) => void (on ? context.suspend() : context.resume()).catch(() => {}), // closed meanwhile
    close: () => void context.close(),
  }
}

/** @param {{ onSpeaking: (user_id: number, speaking: boolean) => void }} options */
export function createLevels({ onSpeaking }) {
  /** @type {Map<number, { level: () => number, speaking: Speaking }>} */ const sources = new Map()
  const listeners = new Set()
  /** @type {ReadonlyMap<number, number>} */ let levels = new Map()
  /** @type {number|undefined} */ let timer
  let pace = 0

  /** @param {number} ms between two looks; 0 for none */
  function lookEvery(ms) {
    if (ms === pace) return
    clearInterval(timer)
    pace = ms
    timer = ms ? setInterval(look, ms) : undefined
  }

  function look() {
    const now = performance.now()
    const next = new Map()
    for (const [user_id, source] of sources) {
      const level = source.level()
      const speaking = hear(source.speaking, level, now)
      if (speaking.speaking !== source.speaking.speaking) onSpeaking(user_id, speaking.speaking)
      source.speaking = speaking
      if (speaking.speaking) next.set(user_id, level)
    }
    lookEvery(next.size ? CLOSELY : EVERY)
    if (!next.size && !levels.size) return
    levels = next
    for (const listener of listeners) listener(levels)
  }

  return {
    /** @param {(levels: ReadonlyMap<number, number>) => void} listener  of those who speak only */
    subscribe(listener) {
      listeners.add(listener)
      listener(levels)
      return () => listeners.delete(listener)
    },

    /** @param {number} user_id @param {() => number} level */
    add(user_id, level) {
      sources.set(user_id, { level, speaking: SILENT })
      if (!pace) lookEvery(EVERY)
    },

    /** @param {number} user_id */
    remove(user_id) {
      const source = sources.get(user_id)
      sources.delete(user_id)
      if (source?.speaking.speaking) onSpeaking(user_id, false)
      if (!sources.size) {
        lookEvery(0)
        levels = new Map()
        for (const listener of listeners) listener(levels)
      }
    },

    close() {
      for (const user_id of [...sources.keys()]) this.remove(user_id)
    },
  }
}
