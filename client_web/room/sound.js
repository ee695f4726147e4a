import { createIncoming } from '../media/incoming.js'
import { createLevels, streamLevel } from '../media/levels.js'
import { createPlayback } from '../media/playback.js'
import { createQuality } from '../media/quality.js'
import { FULL } from '../media/volume.js'
import { heard, nextPause, NOBODY, settle } from './speaking.js'

/**
 * The audio that a room session receives: how loud I want to hear each person, who speaks, and how good each connection is. Each by
 * person, whatever connection their voice comes over.
 *
 * @typedef {object} SoundSettings  what this browser remembers of sound
 * @property {ReturnType<typeof import('../media/devices.js').createDevices>} devices  which microphone and loudspeaker
 * @property {ReturnType<typeof import('../media/volume.js').createVolumes>} volumes  how loud I want to hear each person
 *
 * @param {object} options
 * @param {SoundSettings} options.settings
 * @param {ReturnType<typeof import('./followed_room.js').createFollowedRoom>} options.room  says who may be heard
 * @param {() => RTCPeerConnection[]} options.connections
 * @param {() => void} options.onChange
 */
export function createSound({ settings, room, connections, onChange }) {
  const { devices, volumes } = settings
  const { user_id: me } = room
  let blocked = false
  /** @type {ReadonlySet<number>} */ let audible = new Set()
  let speaking = NOBODY
  /** @type {number|undefined} */ let timer
  /** @type {ReturnType<typeof streamLevel>|null} */ let myself = null // the analyser of my own microphone
  /** @type {ReadonlySet<number>} */ let heardUsers = new Set()
  let muted = true // I am, as everybody who enters
  /** @type {(() => void)[]} */ let releases = []

  const playback = createPlayback({ onBlocked, volumeOf })
  const incoming = createIncoming({ playback, hears: room.isAudible, everybody: room.othersOnStage, speakers: () => room.state.speakers, onHeard })
  const levels = createLevels({ onSpeaking })
  const quality = createQuality({ connections, ownerOf: incoming.ownerOf, me, onChange })

  function onBlocked(/** @type {boolean} */ value) {
    blocked = value
    onChange()
  }

  /** A mix always has the full volume. @param {string} key */
  function volumeOf(key) {
    const user_id = incoming.listenedTo(key)
    return user_id === null ? FULL : volumes.of(user_id)
  }

  function onHeard(/** @type {ReadonlySet<number>} */ now) {
    for (const user_id of heardUsers) if (!now.has(user_id)) levels.remove(user_id)
    for (const user_id of now) if (!heardUsers.has(user_id)) levels.add(user_id, () => incoming.level(user_id))
    heardUsers = now
  }

  /** @param {number} user_id @param {boolean} speaks */
  function onSpeaking(user_id, speaks) {
    audible = new Set(speaks ? [...audible, user_id] : [...audible].filter((each) => each !== user_id))
    speaking = heard(settle(speaking, performance.now()), user_id, speaks, performance.now())
    waitForPause()
    onChange()
  }

  function measure() {
    levels.remove(me)
    myself?.pause(muted)
    if (myself && !muted) levels.add(me, myself.level)
  }

  function silence() {
    incoming.close()
    onHeard(new Set())
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
    /** The present turns, in the order they began; and who spoke recently, newest first. */
    get speaking() {
      return speaking
    },
    /** What this browser knows of a person's audio. @param {number} user_id */
    of: (user_id) => ({ speaking: audible.has(user_id), quality: quality.qualities.get(user_id) ?? null, ...volumes.of(user_id) }),

    attach: incoming.attach,
    detach: incoming.detach,
    /** Seats have changed, and with them who may be heard. */
    reconsider: incoming.changed,

    /** Measures my own microphone; null stops it. @param {MediaStream|null} stream */
    measureMyself(stream) {
      myself?.close()
      myself = stream && streamLevel(stream)
      measure()
    },
    /** While I am muted, there is nothing to measure. @param {boolean} now */
    muteMyself(now) {
      if (now === muted) return
      muted = now
      measure()
    },

    listen: playback.listen,
    pause: playback.pause,
    elements: incoming.elements,
    /** All connections have ended: nobody is heard any more. */
    silence,

    open() {
      quality.start()
      releases = [
        devices.subscribe(({ speaker }) => {
          playback.setSink(speaker)
          onChange()
        }),
        volumes.subscribe((user_id, volume) => {
          for (const key of incoming.keysOf(user_id)) playback.setVolume(key, volume)
          onChange()
        }),
      ]
    },
    close() {
      for (const release of releases.splice(0)) release()
      quality.stop()
      silence()
      levels.close()
      clearTimeout(timer)
      speaking = NOBODY
    },
  }
}
