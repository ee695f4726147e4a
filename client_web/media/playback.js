import { errorFrom } from '../signaling/problem.js'
import { FULL } from './volume.js'

/**
 * Plays received audio: one `<audio>` element for each source. Web Audio is not used, because the browser's echo cancellation would not
 * know what is played. If the browser requires a tap before it plays audio, one tap is enough for all elements.
 *
 * @param {object} options
 * @param {(blocked: boolean) => void} options.onBlocked
 * @param {(key: string) => import('./volume.js').Volume} [options.volumeOf]
 * @param {() => HTMLAudioElement} [options.createElement]
 */
export function createPlayback({ onBlocked, volumeOf = () => FULL, createElement = () => new Audio() }) {
  /** @type {Map<string, HTMLAudioElement>} by source; kept here, or an element outside the page would be collected */
  const elements = new Map()
  /** @type {Set<string>} */ const refused = new Set()
  let sink = '' // the loudspeaker; '' is the system's choice
  let paused = false // from the lock screen

  /** @param {string} key @param {boolean} isRefused */
  function settle(key, isRefused) {
    const before = refused.size > 0
    if (isRefused) refused.add(key)
    else refused.delete(key)
    if (before !== refused.size > 0) onBlocked(!before)
  }

  /** @param {string} key @param {HTMLAudioElement} element */
  async function play(key, element) {
    if (paused) return settle(key, true)
    try {
      await element.play()
      if (elements.get(key) === element) settle(key, false)
    } catch (error) {
      if (elements.get(key) !== element) return
      const { name, message } = errorFrom(error)
      if (name === 'NotAllowedError') settle(key, true)
      else if (name !== 'AbortError') console.warn('audio does not play', message)
    }
  }

  /** @param {HTMLAudioElement} element */
  async function direct(element) {
    if (!element.setSinkId || element.sinkId === sink) return
    // If the loudspeaker was just unplugged, devices.js chooses another.
    await element.setSinkId(sink).catch((error) => console.info('the loudspeaker stays as it was', error.name))
  }

  const playback = {
    /** @param {string} key @param {MediaStreamTrack} track @param {boolean} audible */
    attach(key, track, audible) {
      playback.detach(key)
      const element = createElement()
      element.autoplay = false // play() reports whether it is allowed, autoplay does not
      element.setAttribute('playsinline', '')
      element.srcObject = new MediaStream([track])
      elements.set(key, element)
      playback.setVolume(key, volumeOf(key))
      direct(element)
      playback.setAudible(key, audible)
      play(key, element)
    },

    /** Enables or disables the track itself, so that a disabled one is silent everywhere. @param {string} key @param {boolean} audible */
    setAudible(key, audible) {
      for (const track of /** @type {MediaStream|null|undefined} */ (elements.get(key)?.srcObject)?.getAudioTracks() ?? []) track.enabled = audible
    },

    /** Sets the volume of the element; only this browser is concerned. @param {string} key @param {import('./volume.js').Volume} volume */
    setVolume(key, { volume, silenced }) {
      const element = elements.get(key)
      if (!element) return
      element.volume = volume / 100
      element.muted = silenced || volume === 0 // iOS allows no volumes, but muting
    },

    /** @param {string} id  a loudspeaker; '' for the system's choice */
    setSink(id) {
      sink = id
      return Promise.all([...elements.values()].map(direct))
    },

    /** @param {string} key */
    detach(key) {
      const element = elements.get(key)
      if (!element) return
      elements.delete(key)
      element.pause()
      element.srcObject = null
      settle(key, false)
    },

    /** Plays nothing until `listen`, as if the browser had blocked it. */
    pause() {
      paused = true
      for (const [key, element] of elements) {
        element.pause()
        settle(key, true)
      }
    },

    /** After a tap: plays everything that was blocked. */
    listen() {
      paused = false
      return Promise.all([...elements].map(([key, element]) => play(key, element)))
    },

    elements: () => new Map(elements),

    close() {
      for (const key of [...elements.keys()]) playback.detach(key)
    },
  }
  return playback
}
