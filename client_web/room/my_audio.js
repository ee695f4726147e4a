import { createMicrophone } from '../media/microphone.js'
import { problemFrom } from '../signaling/problem.js'
import { createMuting } from './muting.js'

const SILENCE_SENT = 1_000 // ms after I muted myself: what I said is heard to its end, and a short mute changes nothing

/**
 * My audio in a room: the microphone, whether I am muted, and what is sent. Who listens or is muted sends nothing: to encode silence and to
 * send it to everybody takes nearly as much of a computer and of a battery as to talk.
 *
 * @param {object} options
 * @param {ReturnType<typeof import('../media/devices.js').createDevices>} options.devices
 * @param {import('./seat.js').MySeat} options.seat
 * @param {Pick<ReturnType<typeof import('./sound.js').createSound>, 'measureMyself'|'muteMyself'>} options.sound
 * @param {(track: MediaStreamTrack|null) => Promise<unknown>} options.send  to everybody; resolves when it is sent
 * @param {() => void} options.onChange
 */
export function createMyAudio({ devices, seat, sound, send, onChange }) {
  let wish = 0
  let talking = false // while a key is held
  let applied = '' // the constraints of the present track
  let sends = false // what the microphone hears, or the silence after it
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let stopping // until nothing is sent any more
  let release = () => {}

  const microphone = createMicrophone({ constraints: devices.constraints, onChange: onMicrophone, onReplace })
  const muting = createMuting({ write: seat.setMuted, onChange: onMuting })

  function onMuting() {
    transmit()
    onChange()
  }

  function transmit() {
    const { track } = microphone
    if (track) track.enabled = !muting.muted
    sound.muteMyself(muting.muted)
    if (!muting.muted) setSending(true)
    else if (sends) stopping ??= setTimeout(stopSending, SILENCE_SENT)
    return send(seat.maySpeak && sends ? track : null)
  }

  function setSending(/** @type {boolean} */ on) {
    clearTimeout(stopping)
    stopping = undefined
    sends = on
  }

  function stopSending() {
    setSending(false)
    transmit()
  }

  function onReplace(/** @type {MediaStream} */ stream) {
    sound.measureMyself(stream)
    onChange() // captions are of this track from now on
    return transmit()
  }

  function onMicrophone(/** @type {string} */ state) {
    sound.measureMyself(state === 'on' ? microphone.stream : null)
    if (state === 'on') {
      devices.refresh() // with the permission, devices have names
      devices.check() // it works: a sound check is not offered any more
    }
    // Unplugged: my seat must not look unmuted.
    if (state === 'missing' && !muting.muted) muting.set(true).catch(problemFrom) // the inspector shows a refusal
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
    /** The track that others hear; null: none, or I am muted. @returns {MediaStreamTrack|null} */
    get audible() {
      return muting.muted ? null : microphone.track
    },
    /** For consent.js: opens the microphone, and sends nothing yet; or closes it. */
    microphone: { open: microphone.open, close: microphone.close },

    /**
     * My seat may have changed, by the room's log.
     * @param {{ fresh: boolean, keepOpen: boolean }} how  fresh: a snapshot says so; keepOpen: the microphone was opened early, for an invitation
     */
    observe({ fresh, keepOpen }) {
      const { row, maySpeak: speaks } = seat
      if (row) muting.seen(row.muted, { speaks, fresh })
      if (row && !speaks && !keepOpen) microphone.close()
      transmit()
    },
    /** A new session of the seat begins muted. */
    reset: muting.reset,
    /** The connection is back: what I wanted meanwhile is written. */
    resume: () => void muting.resume().catch(problemFrom),

    /** @param {boolean} muted @returns {Promise<boolean>} whether it is so now; rejects with a Problem if the room refuses */
    async setMuted(muted) {
      const ticket = (wish += 1)
      if (!muted) {
        if (!seat.maySpeak) return false
        const track = await microphone.open()
        if (!track || ticket !== wish || !seat.maySpeak) return false
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
      setSending(false)
      microphone.close()
    },
  }
  return audio
}
