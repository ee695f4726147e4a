import { createLockScreen } from '../media/lock_screen.js'
import { createScreenWakeLock } from '../media/screen_wake_lock.js'
import { whoInWords } from '../view/people/person_words.js'

/**
 * @import { RoomSession } from '../room/room_session.js'
 * @import { RoomSessionState } from '../room/room_session_state.js'
 */

/**
 * In a room the screen stays on, and the lock screen shows who is there and can mute.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 * @param {{ toggleMicrophone: () => void }} actions
 */
export function followInBackground(context, { toggleMicrophone }) {
  const { shell, seated, attempt } = context
  const wakeLock = createScreenWakeLock()
  const lockScreen = createLockScreen({
    toggleMicrophone,
    mute: () => attempt(() => seated()?.setMuted(true)),
    pause: () => seated()?.pause(),
    listen: () => seated()?.listen(),
    async leave() {
      if (seated()?.state.may.host) attempt(() => seated()?.setMuted(true)) // the question is seen later
      await context.leaveRoom()
    },
  })
  /** @type {RoomSession|null} */ let watched = null
  let release = () => {}

  function show(/** @type {RoomSessionState} */ { phase, room, people, counts, me, microphone, blocked }) {
    const inside = phase === 'in' || phase === 'reconnecting'
    wakeLock.setWanted(inside)
    lockScreen.show(inside ? {
      ...{ title: room?.name ?? 'Roomtone', who: whoInWords(people, counts.here), place: room?.club ?? 'Roomtone' },
      ...{ open: Boolean(me?.on_stage && !me.muted && microphone.state === 'on'), paused: blocked },
    } : null)
  }

  shell.subscribe(({ roomSession }) => {
    if (roomSession === watched) return
    release()
    watched = roomSession
    release = roomSession?.subscribe(show) ?? (() => {})
  })
}
