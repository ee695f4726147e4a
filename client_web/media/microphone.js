import { errorFrom } from '../signaling/problem.js'

/**
 * My microphone. The browser asks for permission when I first want to talk, not when I enter: a listener is never asked, and nobody
 * enters a room with the microphone on. After a refusal I can go on listening.
 *
 * Another device or other sound processing needs another track. The new track is opened before the old one is stopped, so that nobody
 * hears a gap. When the device is unplugged, the browser chooses another one.
 *
 * @typedef {'off'|'asking'|'on'|'refused'|'missing'|'failed'} MicrophoneState
 * @typedef {'refused'|'missing'|'failed'|'insecure'} MicrophoneProblem  insecure: the page came by plain HTTP from another computer
 */

/**
 * The states of the microphone and the events that change them. Other events change nothing.
 * @type {Record<MicrophoneState, Record<string, MicrophoneState>>}
 */
const TRANSITIONS = {
  off: { opened: 'asking' },
  asking: { granted: 'on', refused: 'refused', missing: 'missing', failed: 'failed', closed: 'off' },
  on: { unplugged: 'missing', closed: 'off' },
  refused: { opened: 'asking', closed: 'off' },
  missing: { opened: 'asking', closed: 'off' },
  failed: { opened: 'asking', closed: 'off' },
}

/** @param {MicrophoneState} state @param {string} event @returns {MicrophoneState} */
export const transition = (state, event) => TRANSITIONS[state][event] ?? state

/** getUserMedia's errors (W3C Media Capture, section 10.2), as events. @type {Record<string, string>} */
const EVENTS = { NotAllowedError: 'refused', SecurityError: 'refused', NotFoundError: 'missing', OverconstrainedError: 'missing' }

/** @type {Record<string, boolean>} */
const PROCESSED = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }

/**
 * @param {object} options
 * @param {MediaDevices|null} [options.devices]  none where the page is not secure
 * @param {() => MediaTrackConstraints} [options.constraints]  the device and the sound processing, for each new track
 * @param {(state: MicrophoneState, problem: MicrophoneProblem|null) => void} options.onChange
 * @param {(stream: MediaStream) => Promise<unknown>|void} [options.onReplace]  replaces the track that is sent; the old one is stopped afterwards
 */
export function createMicrophone({ devices = navigator.mediaDevices, constraints = () => PROCESSED, onChange, onReplace = () => {} }) {
  /** @type {MicrophoneState} */ let state = 'off'
  /** @type {MicrophoneProblem|null} */ let problem = null
  /** @type {MediaStream|null} */ let stream = null
  let asked = 0
  /** @type {Promise<MediaStreamTrack|null>|null} */ let asking = null

  /** @param {string} event @param {MicrophoneProblem|null} [why] */
  function happen(event, why = null) {
    const next = transition(state, event)
    if (next === state) return
    state = next
    problem = state === 'refused' || state === 'missing' || state === 'failed' ? (why ?? state) : null
    onChange(state, problem)
  }

  /** @param {MediaStream|null} [old] */
  function release(old = stream) {
    for (const track of old?.getTracks() ?? []) track.stop()
    if (old === stream) stream = null
  }

  const request = () => /** @type {MediaDevices} */ (devices).getUserMedia({ audio: constraints(), video: false })

  /** @param {MediaStream} granted */
  function take(granted) {
    stream = granted
    const [track] = granted.getAudioTracks()
    track.addEventListener('ended', () => stream === granted && unplugged())
    return track
  }

  /** @param {number} ticket */
  async function ask(ticket) {
    happen('opened')
    if (!devices?.getUserMedia) {
      happen('failed', 'insecure')
      return null
    }
    try {
      const granted = await request()
      if (ticket !== asked) {
        release(granted) // closed while the browser was asking
        return null
      }
      const track = take(granted)
      happen('granted')
      return track
    } catch (error) {
      if (ticket === asked) happen(EVENTS[errorFrom(error).name] ?? 'failed')
      return null
    }
  }

  /** Opens another track in place of the present one; false if there is none. @param {number} ticket */
  async function replace(ticket) {
    try {
      const granted = await request()
      if (ticket !== asked || state !== 'on') {
        release(granted)
        return true // a later request has replaced it
      }
      const old = stream
      take(granted)
      await onReplace(granted)
      release(old)
      return true
    } catch (error) {
      console.info('the microphone stays as it was', errorFrom(error).name)
      return false
    }
  }

  async function unplugged() {
    const ticket = (asked += 1)
    if ((await replace(ticket)) || ticket !== asked) return
    release()
    happen('unplugged')
  }

  return {
    get state() {
      return state
    },
    get problem() {
      return problem
    },
    get stream() {
      return stream
    },
    /** @returns {MediaStreamTrack|null} */
    get track() {
      return stream?.getAudioTracks()[0] ?? null
    },

    /** The track; asks for permission if needed; null if there is none. @returns {Promise<MediaStreamTrack|null>} */
    open() {
      if (state === 'on') return Promise.resolve(stream?.getAudioTracks()[0] ?? null)
      if (state === 'asking' && asking) return asking
      return (asking = ask((asked += 1)))
    },

    /** Applies changed constraints. Some browsers change the running track, others need a new one. @returns {Promise<boolean>} */
    async renew() {
      if (state !== 'on' || !stream) return true
      const ticket = (asked += 1)
      // `any`: TypeScript does not know that both are read by the names in PROCESSED.
      const wanted = /** @type {Record<string, any>} */ (constraints())
      const [track] = stream.getAudioTracks()
      const holds = () => {
        const { deviceId = '', ...settings } = /** @type {Record<string, any>} */ (track.getSettings?.() ?? {})
        const device = wanted.deviceId?.ideal ?? 'default'
        return deviceId === device && Object.keys(PROCESSED).every((each) => settings[each] === wanted[each])
      }
      if (holds()) return true
      await track.applyConstraints?.(wanted).catch(() => {})
      if (ticket !== asked || holds()) return true
      return replace(ticket)
    },

    /** Stops using the device. */
    close() {
      asked += 1
      release()
      happen('closed')
    },
  }
}
