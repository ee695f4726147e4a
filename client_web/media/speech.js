/**
 * Recognition of what I say by the browser itself (Web Speech API, https://wicg.github.io/speech-api/). It ends after a pause, by an
 * error or when the browser likes, so it is started again as long as it is wanted. It hears the track that it is given: that which the room
 * hears. A browser that does not know `start(track)` listens to its own choice of a microphone.
 *
 * @typedef {'none'|'off'|'listening'|'failed'} SpeechState  none: this browser has no such API; failed: nothing starts it again before `retry`
 * @typedef {'not-allowed'|'service-not-allowed'|'language-not-supported'|'audio-capture'|'network'|'no-speech'|'aborted'|'unknown'} SpeechProblem  aborted: by something else, such as another page
 * @typedef {EventTarget & { continuous: boolean, interimResults: boolean, lang: string, start: (track: MediaStreamTrack) => void, stop: () => void, abort: () => void }} Recognition
 * @typedef {ArrayLike<{ transcript: string }> & { isFinal: boolean }} Result
 */

/** Errors after which trying again by itself would only ask or fail again. @type {ReadonlySet<string>} */
const LASTING = new Set(['not-allowed', 'service-not-allowed', 'language-not-supported'])
/** @type {ReadonlySet<string>} */
const KNOWN = new Set([...LASTING, 'audio-capture', 'network', 'no-speech', 'aborted'])
const SHORTEST = 250 // ms before it starts again
const LONGEST = 8000 // ms, after failures in a row: 250 500 1000 2000 4000 8000 …
const ONE_CAPTION = 30_000 // ms; the room takes corrections for a minute

/** @returns {(new () => Recognition)|undefined} */
const ofBrowser = () => /** @type {any} */ (globalThis).SpeechRecognition ?? /** @type {any} */ (globalThis).webkitSpeechRecognition

/**
 * @param {object} options
 * @param {(words: string, final: boolean) => void} options.onWords  `final`: the next words are others
 * @param {() => void} options.onChange  of `state` or `problem`
 * @param {string} [options.lang]  BCP 47
 */
export function createSpeech({ onWords, onChange, lang = navigator.language }) {
  const Api = ofBrowser()
  /** @type {MediaStreamTrack|null} */ let wanted = null // what it is to hear
  let aborting = false // by `close`: nothing of it is wanted any more
  let failures = 0 // in a row
  let heard = '' // words that are not final yet
  let since = 0 // when they began
  /** @type {SpeechState} */ let state = Api ? 'off' : 'none'
  /** @type {SpeechProblem|null} */ let problem = null
  /** @type {Recognition|null} */ let running = null
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer

  /** @param {SpeechState} next @param {SpeechProblem|null} why */
  function become(next, why) {
    if (next === state && why === problem) return
    state = next
    problem = why
    onChange()
  }

  function start() {
    timer = undefined
    if (!Api || running || !wanted) return
    const recognition = new Api()
    Object.assign(recognition, { continuous: true, interimResults: true, lang })
    recognition.addEventListener('result', (event) => onResult(/** @type {any} */ (event))) // TypeScript does not know these events
    recognition.addEventListener('error', (event) => onError(/** @type {any} */ (event).error))
    recognition.addEventListener('end', onEnd)
    running = recognition
    try {
      recognition.start(wanted)
      become('listening', problem) // a problem is over with the first words
    } catch {
      onError('unknown')
      onEnd()
    }
  }

  /** @param {{ resultIndex: number, results: ArrayLike<Result> }} event */
  function onResult({ resultIndex, results }) {
    if (aborting) return
    failures = 0
    if (wanted) become('listening', null)
    let interim = ''
    for (let at = resultIndex; at < results.length; at += 1) {
      const words = results[at][0].transcript
      if (results[at].isFinal) finish(words)
      else interim += words
    }
    if (!interim.trim()) return
    if (!heard) since = performance.now()
    heard = interim
    onWords(interim, false)
    if (performance.now() - since > ONE_CAPTION) running?.stop() // it then gives them as final, and starts again
  }

  /** @param {string} words */
  function finish(words) {
    heard = ''
    if (words.trim()) onWords(words, true)
  }

  /** @param {string} error */
  function onError(error) {
    if (aborting || (error === 'aborted' && !wanted)) return
    const why = /** @type {SpeechProblem} */ (KNOWN.has(error) ? error : 'unknown')
    if (why !== 'no-speech') failures += 1
    if (LASTING.has(why)) wanted = null
    become(LASTING.has(why) ? 'failed' : state, why)
  }

  function onEnd() {
    running = null
    aborting = false
    if (heard) finish(heard)
    if (!wanted) return become(state === 'failed' ? 'failed' : 'off', state === 'failed' ? problem : null)
    timer ??= setTimeout(start, Math.min(SHORTEST * 2 ** failures, LONGEST))
  }

  return {
    /** @returns {SpeechState} */
    get state() {
      return state
    },
    /** What went wrong last; null after words. @returns {SpeechProblem|null} */
    get problem() {
      return problem
    },
    /** Hears this track from now on; null: stops, and what was heard is still given as final. After a lasting failure it waits for `retry`. @param {MediaStreamTrack|null} track */
    want(track) {
      if (track === wanted || (track && state === 'failed')) return
      const other = Boolean(track && wanted)
      wanted = track
      if (other) return void running?.stop() // it starts again with the new track
      failures = 0
      if (track) return void (timer ??= setTimeout(start, 0))
      clearTimeout(timer)
      timer = undefined
      if (running) running.stop()
      else if (state !== 'none') become('off', null)
    },
    /** Forgets a lasting failure: it may listen again, if it is wanted. */
    retry() {
      if (state === 'failed') become('off', null)
    },
    /** What is being said is not given any more. `want` begins anew. */
    close() {
      wanted = null
      failures = 0
      clearTimeout(timer)
      timer = undefined
      heard = ''
      if (state !== 'none') become('off', null)
      if (!running) return
      aborting = true
      running.abort()
    },
  }
}
