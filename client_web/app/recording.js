import { addressOfPerson } from '../addresses.js'
import { inWords } from '../words/language.js'


/** @import { Recording } from '../room/recordings.js' */

/**
 * Actions of recordings: start, stop, listen, delete.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function recordingActions(context) {
  const { shell } = context
  const here = () => /** @type {NonNullable<ReturnType<typeof context.seated>>} */ (context.seated()).recording

  return {
    /** The host's button. Before it starts, it explains what recording means; in a mesh, why the room has to be switched first. */
    record() {
      const roomSession = context.seated()
      if (!roomSession) return undefined
      if (roomSession.state.recording.running) return context.attempt(() => here().stop())
      if (roomSession.state.room?.encrypted) return context.attempt(() => here().start()) // which says why not
      if (roomSession.state.room?.topology === 'mesh') {
        return context.ask({
          title: inWords('The room has to change for a recording'),
          about: inWords('Here everybody is connected directly, and no computer receives the whole conversation. An audio server does: switch the room to one, and it can be recorded. Nobody has to do anything, and you can switch back later. Everybody is informed and has five seconds to leave before the recording begins.'),
          yes: inWords('Switch and record'),
          action: () => here().moveToNodeAndStart(),
        })
      }
      return context.ask({
        title: inWords('Record this room?'),
        about: inWords('Everybody here is informed at once and has five seconds to leave before it begins. People who enter later are informed, too. Everybody who was here can listen to it afterwards.'),
        yes: inWords('Start recording'),
        action: () => here().start(),
      })
    },
    stopRecording: () => context.attempt(() => here().stop()),
    acknowledgeRecording: () => context.seated()?.recording.acknowledge(),
    dismissRecording: () => shell.roomSession?.recording.dismiss(),
    recordingsOf: (/** @type {number} */ roomId) => shell.recordings.of(roomId),
    linkTo: (/** @type {Recording} */ recording) => shell.recordings.link(recording.id),
    async deleteRecording(/** @type {Recording} */ recording) {
      const deleted = await context.ask({
        title: inWords('Delete this recording?'),
        about: inWords('It is deleted for everybody who was there. This cannot be undone.'),
        yes: inWords('Delete it'),
        no: inWords('Keep it'),
        danger: true,
        action: () => shell.recordings.remove(recording.id),
      })
      if (!deleted) return
      context.view.showNotice(inWords('The recording is deleted.'))
      const { place, recording_id } = context.route.here()
      if (place === 'recording' && recording_id === recording.id) context.route.go(addressOfPerson(context.session.user?.username ?? ''), { replace: true })
      else await context.reload()
    },
  }
}
