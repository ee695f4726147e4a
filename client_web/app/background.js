import { createLockScreen } from '../media/lock_screen.js'
import { createWake } from '../media/wake.js'
import { whoInWords } from '../view/elements/words.js'

/**
 * @import { Visit } from '../room/visit.js'
 * @import { VisitState } from '../room/visit_state.js'
 */

/**
 * The room while nobody looks at the page: the screen stays awake, and the lock screen tells who is there and mutes.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 * @param {{ toggleMicrophone: () => void }} acts
 */
export function attendBackground({ shell, seated, attempt }, { toggleMicrophone }) {
  const wake = createWake()
  const lockScreen = createLockScreen({
    toggleMicrophone,
    mute: () => attempt(() => seated()?.setMuted(true)),
    pause: () => seated()?.pause(),
    listen: () => seated()?.listen(),
    leave: () => shell.leave(),
  })
  /** @type {Visit|null} */ let watched = null
  let release = () => {}

  function show(/** @type {VisitState} */ { phase, room, people, me, microphone, blocked }) {
    const inside = phase === 'in' || phase === 'reconnecting'
    wake.stay(inside)
    lockScreen.show(inside ? {
      ...{ title: room?.name ?? 'Roomtone', who: whoInWords(people), place: room?.club ?? 'Roomtone' },
      ...{ open: Boolean(me?.on_stage && !me.muted && microphone.state === 'on'), paused: blocked },
    } : null)
  }

  shell.subscribe(({ visit }) => {
    if (visit === watched) return
    release()
    watched = visit
    release = visit?.subscribe(show) ?? (() => {})
  })
}
