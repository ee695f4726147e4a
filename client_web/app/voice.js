import { playTone } from '../media/tone.js'
import { createTrial } from '../media/trial.js'
import { createSoundCheck } from '../view/sound/sound_check.js'
import { attendBackground } from './background.js'

/**
 * What people do with their voice and their ears.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function voiceActs(context) {
  const { shell, attempt, seated, add } = context
  const { devices, volumes } = shell
  const soundCheck = createSoundCheck({ devices, playTone, tryOut: (onChange) => createTrial({ devices, onChange }) })
  add(soundCheck)

  const acts = {
    checkSound: () => soundCheck.open(),
    setVolume: volumes.set,
    listen: () => shell.visit?.listen(),
    retryMicrophone: () => attempt(() => shell.visit?.retryMicrophone()),
    toggleMicrophone() {
      const visit = seated()
      if (!visit?.state.may.speak || visit.state.microphone.state === 'asking') return
      const { me, microphone } = visit.state
      attempt(() => (microphone.state === 'on' || microphone.state === 'off' ? visit.setMuted(!me?.muted) : visit.retryMicrophone()))
    },
    talk(/** @type {boolean} */ on) {
      const visit = seated()
      if (visit?.state.may.speak || !on) attempt(() => visit?.talk(on))
    },
  }
  attendBackground(context, acts)
  return acts
}
