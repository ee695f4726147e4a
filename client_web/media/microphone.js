/**
 * My microphone. It is asked for when I first want to talk, not when I walk in: a listener is never questioned, and nobody enters a
 * room with an open microphone. A refusal leaves me listening, with a sentence that says what to do.
 *
 * @typedef {'off'|'asking'|'on'|'refused'|'missing'|'failed'} MicrophoneState
 */

/** What happens to the microphone, as a table. An event a state does not know changes nothing. */
const TRANSITIONS = {
  off: { wanted: 'asking' },
  asking: { granted: 'on', refused: 'refused', missing: 'missing', failed: 'failed', dropped: 'off' },
  on: { unplugged: 'missing', dropped: 'off' },
  refused: { wanted: 'asking', dropped: 'off' },
  missing: { wanted: 'asking', dropped: 'off' },
  failed: { wanted: 'asking', dropped: 'off' },
}

/** @param {MicrophoneState} state @param {string} event @returns {MicrophoneState} */
export const transition = (state, event) => TRANSITIONS[state][event] ?? state

const SENTENCES = {
  refused: 'Your browser does not let Roomtone use the microphone. You can go on listening; to talk, allow it beside the address and try again.',
  missing: 'No microphone was found. You can go on listening; plug one in and try again.',
  failed: 'The microphone does not start; another program may be using it. You can go on listening; close that program and try again.',
  insecure: 'Browsers give the microphone only to pages opened over https or from this computer. You can go on listening.',
}

/** getUserMedia's errors (W3C Media Capture, section 10.2), as events. */
const EVENTS = { NotAllowedError: 'refused', SecurityError: 'refused', NotFoundError: 'missing', OverconstrainedError: 'missing' }

/**
 * @param {object} options
 * @param {MediaDevices|null} [options.devices]  none where the page is not secure
 * @param {MediaTrackConstraints} [options.constraints]
 * @param {(state: MicrophoneState, problem: string|null) => void} options.onChange
 */
export function createMicrophone({
  devices = navigator.mediaDevices,
  constraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  onChange,
}) {
  /** @type {MicrophoneState} */ let state = 'off'
  /** @type {string|null} */ let problem = null
  /** @type {MediaStream|null} */ let stream = null
  let asked = 0
  let asking = null

  function happen(event, sentence = null) {
    const next = transition(state, event)
    if (next === state) return
    state = next
    problem = sentence ?? SENTENCES[state] ?? null
    onChange(state, problem)
  }

  function release() {
    for (const track of stream?.getTracks() ?? []) track.stop()
    stream = null
  }

  async function ask(ticket) {
    happen('wanted')
    if (!devices?.getUserMedia) {
      happen('failed', SENTENCES.insecure)
      return null
    }
    try {
      const granted = await devices.getUserMedia({ audio: constraints, video: false })
      if (ticket !== asked) {
        for (const track of granted.getTracks()) track.stop() // dropped while the question stood open
        return null
      }
      stream = granted
      const [track] = stream.getAudioTracks()
      track.addEventListener('ended', () => {
        if (stream !== granted) return
        release()
        happen('unplugged')
      })
      happen('granted')
      return track
    } catch (error) {
      if (ticket === asked) happen(EVENTS[error.name] ?? 'failed')
      return null
    }
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

    /** The track, asking for it if need be; null if there is none to be had. @returns {Promise<MediaStreamTrack|null>} */
    want() {
      if (state === 'on') return Promise.resolve(stream.getAudioTracks()[0])
      if (state !== 'asking') asking = ask((asked += 1))
      return asking
    },

    /** Gives the device back; the browser's recording mark goes out. */
    drop() {
      asked += 1
      release()
      happen('dropped')
    },
  }
}
