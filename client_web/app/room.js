import { createLeave } from '../view/room/leave.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { inWords } from '../words/language.js'

/** Ends of a room session after which one has to sign in again. */
const SIGNED_OUT = new Set(['signed out', 'token expired'])

/**
 * Actions of a room: leave, come back, open the inspector. Those of the stage are in stage.js.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function roomActions(context) {
  const { shell, withName } = context
  const seated = () => /** @type {NonNullable<ReturnType<typeof context.seated>>} */ (context.seated())
  const leaveDialog = whenOpened(() => createLeave({
    handOverAndLeave: ({ username }) => seated().leaveBy('leave_and_hand_over', { username }),
    leaveRunning: () => seated().leaveBy('leave_room_running'),
    end: () => seated().moderation.end(),
  }))

  /** Leaves the room I am in. A host is asked what becomes of it. @returns {Promise<boolean>} whether I am in no room now */
  async function leave() {
    const { may, room, stage } = context.seated()?.state ?? {}
    if (may?.host && room?.opened_at) return leaveDialog.built().ask(stage ?? [])
    await shell.leave()
    return true
  }

  return {
    leave,
    /** A host is asked what becomes of the room, and leaves it. Others stay. @returns {Promise<boolean>} whether I host no room now */
    async hostLeaves() {
      if (!context.seated()?.state.may.host) return true
      if (!(await leave())) return false
      await shell.leave() // the event by which it ended may not have come yet
      return true
    },
    /** By its key, which is easily pressed by mistake: asks everybody who is on stage. */
    async leaveByKey() {
      const { may } = context.seated()?.state ?? {}
      const sure = !may?.speak || may.host || await context.ask({ title: inWords('Leave the room?'), about: inWords('You are on stage. When you come back, you may have to ask to speak again.'), yes: inWords('Leave'), no: inWords('Stay') })
      if (sure) await leave()
    },
    reconnect: () => shell.roomSession?.reconnect(),
    dismissReturn: () => shell.roomSession?.dismissReturn(),
    async again() {
      if (!SIGNED_OUT.has(shell.roomSession?.state.reason ?? '')) return withName(() => shell.roomSession?.rejoin())
      await context.learnWho() // the user of whom this page knows is signed in no more
      shell.retry()
      return withName(context.arrive)
    },
    retryConnection: (/** @type {number} */ user_id) => shell.roomSession?.retryConnection(user_id),
    toggleInspector: () => context.inRoom() && context.view.showInspector(!context.view.inspectorOpen),
    escape: () => context.view.escape(),
    /** The host's dialog follows the stage. @param {import('../room/room_session_state.js').RoomSessionState|null} now  null: I am in no room */
    updateLeave(now) {
      if (now?.may.host) leaveDialog.update(now.stage)
      else leaveDialog.close()
    },
  }
}
