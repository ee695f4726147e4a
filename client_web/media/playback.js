import { FULL } from './volume.js'

/**
 * What I hear: one `<audio>` element for each person. Elements and not Web Audio, or the browser's echo cancellation would not know
 * what comes out of the loudspeaker. If the browser wants a tap before anything may sound, all of them wait for the same one.
 *
 * @param {object} options
 * @param {(blocked: boolean) => void} options.onBlocked
 * @param {(user_id: number) => import('./volume.js').Volume} [options.volumeOf]
 * @param {() => HTMLAudioElement} [options.createElement]
 */
export function createPlayback({ onBlocked, volumeOf = () => FULL, createElement = () => new Audio() }) {
  /** @type {Map<number, HTMLAudioElement>} by user; kept here, or an element outside the page would be collected */
  const elements = new Map()
  const refused = new Set()
  let sink = '' // the loudspeaker; '' is the system's choice
  let paused = false // by hand, from the lock screen

  function settle(user_id, isRefused) {
    const before = refused.size > 0
    if (isRefused) refused.add(user_id)
    else refused.delete(user_id)
    if (before !== refused.size > 0) onBlocked(!before)
  }

  async function play(user_id, element) {
    if (paused) return settle(user_id, true)
    try {
      await element.play()
      if (elements.get(user_id) === element) settle(user_id, false)
    } catch (error) {
      if (elements.get(user_id) !== element) return
      if (error.name === 'NotAllowedError') settle(user_id, true)
      else if (error.name !== 'AbortError') console.warn('audio does not play', error.message)
    }
  }

  async function direct(element) {
    if (!element.setSinkId || element.sinkId === sink) return
    // A loudspeaker that went this very moment: the list of devices will say so, and choose another.
    await element.setSinkId(sink).catch((error) => console.info('the loudspeaker stays as it was', error.name))
  }

  const playback = {
    /** @param {number} user_id @param {MediaStreamTrack} track @param {boolean} audible */
    attach(user_id, track, audible) {
      playback.detach(user_id)
      const element = createElement()
      element.autoplay = false // play() tells whether it is allowed, autoplay would not
      element.playsInline = true
      element.srcObject = new MediaStream([track])
      elements.set(user_id, element)
      playback.setVolume(user_id, volumeOf(user_id))
      direct(element)
      playback.setAudible(user_id, audible)
      play(user_id, element)
    },

    /** Silences the track itself, so that nobody who inspects the element can be fooled either. @param {number} user_id @param {boolean} audible */
    setAudible(user_id, audible) {
      for (const track of elements.get(user_id)?.srcObject.getAudioTracks() ?? []) track.enabled = audible
    },

    /** How loud I want them; on the element, which changes nothing for anybody else. @param {number} user_id @param {import('./volume.js').Volume} volume */
    setVolume(user_id, { volume, silenced }) {
      const element = elements.get(user_id)
      if (!element) return
      element.volume = volume / 100
      element.muted = silenced || volume === 0 // where volumes cannot be set (iOS), silence can
    },

    /** @param {string} id  a loudspeaker; '' for the system's choice */
    setSink(id) {
      sink = id
      return Promise.all([...elements.values()].map(direct))
    },

    detach(user_id) {
      const element = elements.get(user_id)
      if (!element) return
      elements.delete(user_id)
      element.pause()
      element.srcObject = null
      settle(user_id, false)
    },

    /** Nothing sounds until I listen again, as if the browser had held it back. */
    pause() {
      paused = true
      for (const [user_id, element] of elements) {
        element.pause()
        settle(user_id, true)
      }
    },

    /** From a tap: everything that was held back may sound. */
    listen() {
      paused = false
      return Promise.all([...elements].map(([user_id, element]) => play(user_id, element)))
    },

    elements: () => new Map(elements),

    close() {
      for (const user_id of [...elements.keys()]) playback.detach(user_id)
    },
  }
  return playback
}
