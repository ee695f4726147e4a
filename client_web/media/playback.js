/**
 * What I hear: one `<audio>` element for each person. Elements and not Web Audio, or the browser's echo cancellation would not know
 * what comes out of the loudspeaker. If the browser wants a tap before anything may sound, all of them wait for the same one.
 *
 * @param {{ onBlocked: (blocked: boolean) => void, createElement?: () => HTMLAudioElement }} options
 */
export function createPlayback({ onBlocked, createElement = () => new Audio() }) {
  /** @type {Map<number, HTMLAudioElement>} by user; kept here, or an element outside the page would be collected */
  const elements = new Map()
  const refused = new Set()

  function settle(user_id, isRefused) {
    const before = refused.size > 0
    if (isRefused) refused.add(user_id)
    else refused.delete(user_id)
    if (before !== refused.size > 0) onBlocked(!before)
  }

  async function play(user_id, element) {
    try {
      await element.play()
      if (elements.get(user_id) === element) settle(user_id, false)
    } catch (error) {
      if (elements.get(user_id) !== element) return
      if (error.name === 'NotAllowedError') settle(user_id, true)
      else if (error.name !== 'AbortError') console.warn('audio does not play', error.message)
    }
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
      playback.setAudible(user_id, audible)
      play(user_id, element)
    },

    /** Silences the track itself, so that nobody who inspects the element can be fooled either. @param {number} user_id @param {boolean} audible */
    setAudible(user_id, audible) {
      for (const track of elements.get(user_id)?.srcObject.getAudioTracks() ?? []) track.enabled = audible
    },

    detach(user_id) {
      const element = elements.get(user_id)
      if (!element) return
      elements.delete(user_id)
      element.pause()
      element.srcObject = null
      settle(user_id, false)
    },

    /** From a tap: everything that was held back may sound. */
    listen() {
      return Promise.all([...elements].map(([user_id, element]) => play(user_id, element)))
    },

    elements: () => new Map(elements),

    close() {
      for (const user_id of [...elements.keys()]) playback.detach(user_id)
    },
  }
  return playback
}
