import { createLevels, receiverLevel, streamLevel } from '../media/levels.js'
import { createPlayback } from '../media/playback.js'
import { createQuality } from '../media/quality.js'
import { heard, nextPause, NOBODY, settle } from './speaking.js'

/**
 * What a visit sounds like: the voices that come in and how loud I want them, who speaks, and how well each line carries. Everything
 * is kept by person; whose voice a track carries is looked up, for one connection may bring several people's.
 *
 * @param {object} options
 * @param {number} options.me
 * @param {ReturnType<typeof import('../media/devices.js').createDevices>} options.devices
 * @param {ReturnType<typeof import('../media/volume.js').createVolumes>} options.volumes
 * @param {(user_id: number) => boolean} options.hears  whether this person's seat lets us hear them
 * @param {() => RTCPeerConnection[]} options.connections
 * @param {() => void} options.onChange
 */
export function createSound({ me, devices, volumes, hears, connections, onChange }) {
  /** @type {Map<string, number>} whose voice a track carries */ const owners = new Map()
  let blocked = false
  let audible = new Set()
  let speaking = NOBODY
  let timer = null
  let myself = null // the analyser of my own microphone
  let releases = []

  const playback = createPlayback({ onBlocked: (value) => onChange((blocked = value)), volumeOf: volumes.of })
  const levels = createLevels({ onSpeaking })
  const quality = createQuality({ connections, ownerOf: (track_id) => owners.get(track_id), me, onChange })

  function onSpeaking(user_id, speaks) {
    audible = new Set(audible)
    if (speaks) audible.add(user_id)
    else audible.delete(user_id)
    speaking = heard(settle(speaking, performance.now()), user_id, speaks, performance.now())
    waitForPause()
    onChange()
  }

  function waitForPause() {
    clearTimeout(timer)
    const due = nextPause(speaking, performance.now())
    if (due === null) return
    timer = setTimeout(() => {
      speaking = settle(speaking, performance.now())
      waitForPause()
      onChange()
    }, due)
  }

  return {
    subscribe: levels.subscribe,
    get blocked() {
      return blocked
    },
    /** Whose turn it is, in the order the turns began; whose voice was heard lately, newest first. */
    get speaking() {
      return speaking
    },
    /** What this browser knows of a person's sound. @param {number} user_id */
    of: (user_id) => ({ speaking: audible.has(user_id), quality: quality.qualities.get(user_id) ?? null, ...volumes.of(user_id) }),

    /** @param {number} user_id @param {MediaStreamTrack} track @param {RTCRtpReceiver} receiver */
    attach(user_id, track, receiver) {
      owners.set(track.id, user_id)
      playback.attach(user_id, track, hears(user_id))
      const level = receiverLevel(receiver)
      levels.add(user_id, () => (hears(user_id) ? level() : 0))
    },
    /** @param {number} user_id */
    detach(user_id) {
      for (const [track_id, owner] of owners) if (owner === user_id) owners.delete(track_id)
      playback.detach(user_id)
      levels.remove(user_id)
    },
    setAudible: playback.setAudible,

    /** Listens to my own microphone; null for no longer. @param {MediaStream|null} stream */
    hearMyself(stream) {
      myself?.close()
      myself = stream && streamLevel(stream)
      levels.remove(me)
      if (myself) levels.add(me, myself.level)
    },

    listen: playback.listen,
    pause: playback.pause,
    elements: playback.elements,
    /** Every connection ends. */
    silence: playback.close,

    open() {
      quality.start()
      releases = [
        devices.subscribe(({ speaker }) => onChange(playback.setSink(speaker))),
        volumes.subscribe((user_id, volume) => onChange(playback.setVolume(user_id, volume))),
      ]
    },
    close() {
      for (const release of releases.splice(0)) release()
      quality.stop()
      playback.close()
      levels.close()
      clearTimeout(timer)
      owners.clear()
      speaking = NOBODY
    },
  }
}
