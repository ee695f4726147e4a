import { playTone } from '../media/tone.js'
import { createMicrophoneTest } from '../media/microphone_test.js'
import { createSoundCheck } from '../view/sound/sound_check.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { followInBackground } from './background.js'

/**
 * Actions for the microphone and for what is heard.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function audioActions(context) {
  const { shell, attempt, seated } = context
  const { devices, volumes } = shell
  const soundCheck = whenOpened(() => createSoundCheck({ devices, playTone, testMicrophone: (onChange) => createMicrophoneTest({ devices, onChange }) }))

  const actions = {
    checkSound: () => soundCheck.built().open(),
    setVolume: volumes.set,
    listen: () => shell.roomSession?.listen(),
    retryMicrophone: () => attempt(() => shell.roomSession?.retryMicrophone()),
    toggleMicrophone() {
      const roomSession = seated()
      if (!roomSession?.state.may.speak || roomSession.state.microphone.state === 'asking') return
      const { me, microphone } = roomSession.state
      attempt(() => (microphone.state === 'on' || microphone.state === 'off' ? roomSession.setMuted(!me?.muted) : roomSession.retryMicrophone()))
    },
    mayTalk: () => seated()?.state.may.speak ?? false,
    talk(/** @type {boolean} */ on) {
      const roomSession = seated()
      if (roomSession?.state.may.speak || !on) attempt(() => roomSession?.talk(on))
    },
  }
  followInBackground(context, actions)
  return actions
}
