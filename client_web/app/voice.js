import { playTone } from '../media/tone.js'
import { createTrial } from '../media/trial.js'
import { createSoundCheck } from '../view/sound_check.js'
import { attendPocket } from './pocket.js'

/**
 * What people do with their voice and their ears.
 * @param {ReturnType<typeof import('./commons.js').createCommons>} commons
 */
export function voiceActs(commons) {
  const { house, attempt, seated, add } = commons
  const { devices, volumes } = house
  const soundCheck = createSoundCheck({ devices, playTone, tryOut: (onChange) => createTrial({ devices, onChange }) })
  add(soundCheck)

  const acts = {
    checkSound: () => soundCheck.open(),
    setVolume: volumes.set,
    listen: () => house.visit?.listen(),
    retryMicrophone: () => attempt(() => house.visit.retryMicrophone()),
    toggleMicrophone() {
      const visit = seated()
      if (!visit?.state.may.speak || visit.state.microphone.state === 'asking') return
      const { me, microphone } = visit.state
      attempt(() => (microphone.state === 'on' || microphone.state === 'off' ? visit.setMuted(!me.muted) : visit.retryMicrophone()))
    },
    talk(on) {
      const visit = seated()
      if (visit?.state.may.speak || !on) attempt(() => visit?.talk(on))
    },
  }
  attendPocket(commons, acts)
  return acts
}
