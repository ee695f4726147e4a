/**
 * What the lock screen, the buttons of a headset and the system's media controls show of the room, and what they can do: mute, stop
 * playing, leave (W3C Media Session). Actions that a browser does not know are left out.
 *
 * Neither pause nor play turns the microphone on: a button may be pressed by accident.
 *
 * @param {object} actions
 * @param {() => void} actions.toggleMicrophone
 * @param {() => void} actions.mute
 * @param {() => void} actions.pause  hear nothing
 * @param {() => void} actions.listen  hear again
 * @param {() => void} actions.leave
 * @param {MediaSession|null} [session]
 */
export function createLockScreen(actions, session = navigator.mediaSession ?? null) {
  let shown = ''
  let on = false
  let speaks = false // my microphone is open

  /** @type {Record<string, () => void>} */
  const handlers = {
    togglemicrophone: actions.toggleMicrophone,
    hangup: actions.leave,
    stop: actions.leave,
    play: actions.listen,
    pause: () => (speaks ? actions.mute() : actions.pause()),
  }

  /** @param {boolean} wish */
  function handle(wish) {
    if (on === wish) return
    on = wish
    for (const [action, handler] of Object.entries(handlers)) {
      try {
        session?.setActionHandler(/** @type {MediaSessionAction} */ (action), wish ? () => handler() : null)
      } catch {
        // an action this browser does not know
      }
    }
  }

  return {
    /** @param {{ title: string, who: string, place: string, open: boolean, paused: boolean }|null} now  null outside a room */
    show(now) {
      if (!session) return
      handle(now !== null)
      speaks = now?.open ?? false
      session.playbackState = now ? (now.paused ? 'paused' : 'playing') : 'none'
      session.setMicrophoneActive?.(speaks)
      const next = now ? [now.title, now.who, now.place].join('\n') : ''
      if (next === shown) return
      shown = next
      session.metadata = now && new MediaMetadata({
        ...{ title: now.title, artist: now.who, album: now.place },
        artwork: [{ src: new URL('../icons/favicon.svg', import.meta.url).href, sizes: 'any', type: 'image/svg+xml' }],
      })
    },
  }
}
