import { createMicrophone } from '../media/microphone.js'
import { createMuting } from './muting.js'

/**
 * My audio in a room: the microphone, whether I am muted, and what is sent. Listeners send nothing; muted speakers send silence.
 *
 * @param {object} options
 * @param {ReturnType<typeof import('../media/devices.js').createDevices>} options.devices
 * @param {() => boolean} options.maySpeak  whether my seat may speak
 * @param {(muted: boolean) => Promise<unknown>} options.write  writes my seat's `muted`
 * @param {(track: MediaStreamTrack|null) => Promise<unknown>} options.send  to everybody; resolves when it is sent
 * @param {(stream: MediaStream|null) => void} options.onStream  my microphone, for measuring
 * @param {(problem: import('../signaling/problem.js').Problem) => void} options.onProblem  my mute was refused
 * @param {() => void} options.onChange
 */
export function createMyAudio({ devices, maySpeak, write, send, onStream, onProblem, onChange }) {
  let wish = 0
  let talking = false // while a key is held
  let applied = '' // the constraints of the present track
  let release = () => {}

  const microphone = createMicrophone({ constraints: devices.constraints, onChange: onMicrophone, onReplace })
  const muting = createMuting({ write, onChange: onMuting })

  function onMuting() {
    transmit()
    onChange()
  }

  function transmit() {
    const { track } = microphone
    if (track) track.enabled = !muting.muted
    return send(maySpeak() ? track : null)
  }

  function onReplace(/** @type {MediaStream} */ stream) {
    onStream(stream)
    return transmit()
  }

  function onMicrophone(/** @type {string} */ state) {
    onStream(state === 'on' ? microphone.stream : null)
    if (state === 'on') {
      devices.refresh() // with the permission, devices have names
      devices.check() // it works: a sound check is not offered any more
    }
    // Unplugged: my seat must not look unmuted.
    if (state === 'missing' && !muting.muted) muting.set(true).catch(onProblem)
    transmit()
    onChange()
  }

  function applyDevices() {
    const next = JSON.stringify(devices.constraints())
    if (applied && next !== applied) microphone.renew()
    applied = next
  }

  const audio = {
    get muted() {
      return muting.muted
    },
    /** Whether another person muted me, and I have changed nothing since. */
    get mutedByOther() {
      return muting.mutedByOther
    },
    get state() {
      return Object.freeze({ state: microphone.state, problem: microphone.problem, talking, waiting: muting.waiting })
    },
    transmit,
    /** Whether my seat is muted, by the room's log. */
    seen: muting.seen,
    /** A new session of the seat begins muted. */
    reset: muting.reset,
    /** The connection is back: what I wanted meanwhile is written. */
    resume: () => void muting.resume().catch(onProblem),
    drop: microphone.drop,
    /** Opens the microphone; sends nothing yet. */
    want: microphone.want,

    /** @param {boolean} muted @returns {Promise<boolean>} whether it is so now; rejects with a Problem if the room refuses */
    async setMuted(muted) {
      const mine = (wish += 1)
      if (!muted) {
        if (!maySpeak()) return false
        const track = await microphone.want()
        if (!track || mine !== wish || !maySpeak()) return false
      }
      return muting.set(muted)
    },

    /** The microphone is on while a key is held, and off afterwards, also if it was on before. @param {boolean} on */
    talk(on) {
      if (on === talking) return Promise.resolve(false)
      talking = on
      onChange()
      return audio.setMuted(!on)
    },

    open() {
      release = devices.subscribe(applyDevices)
    },
    close() {
      release()
      microphone.drop()
    },
  }
  return audio
}
