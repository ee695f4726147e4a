/**
 * What people do with their voice and their ears.
 * @param {ReturnType<typeof import('./commons.js').createCommons>} commons
 */
export function voiceActs({ house, attempt, seated }) {
  return {
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
      if (visit?.state.may.speak) attempt(() => visit.talk(on))
    },
  }
}
