import { createConfirm } from '../view/dialog/confirm.js'
import { problemInWords } from '../view/elements/words.js'

/** Set by app.js before the first action. `any`, because each has another type. */
const later = () => /** @type {any} */ (undefined)

/**
 * What all actions use: the signed-in user, the shell, the room session in which I have a seat, and handling of refusals.
 * `view` and `route` are set later by app.js: actions may use them when they are called, not when they are created.
 *
 * @param {{ session: ReturnType<typeof import('../session.js').createSession>, shell: ReturnType<typeof import('../room/shell.js').createShell> }} parts
 */
export function createContext({ session, shell }) {
  const question = createConfirm()
  const context = {
    session,
    shell,
    /** @type {ReturnType<typeof import('../view/shell/shell.js').createShellView>} */ view: later(),
    /** @type {ReturnType<typeof import('../view/shell/route.js').createRoute>} */ route: later(),
    /** @type {(room_id: number) => void} */ enter: later(),
    /** Asks who is signed in. @type {() => Promise<void>} */ learnWho: later(),
    /** Loads the page shown again. @type {() => Promise<unknown>} */ reload: later(),
    /** Asks for a name, then calls `then`. @type {(then: () => void) => void} */ askName: (_then) => {},
    /** Shows what the present address says. */ arrive: () => {},
    /** Leaves the room, and asks its host what becomes of it: see room.js. @type {() => Promise<boolean>} */ leaveRoom: async () => true,

    /** The present room session while I have a seat; null after it ended. */
    seated: () => (shell.roomSession && shell.roomSession.state.phase !== 'left' ? shell.roomSession : null),
    inRoom: () => context.view.inRoom && context.seated() !== null,

    /** Runs an action that may be refused, and shows the refusal beside the controls. @template T @param {() => T} action @returns {Promise<Awaited<T>|undefined>} */
    async attempt(action) {
      context.view.refuse(null)
      try {
        return await action()
      } catch (problem) {
        context.view.refuse(problemInWords(problem))
        return undefined
      }
    },

    /** Runs an action that may be refused; resolves with the text of the refusal, which the caller shows. @param {() => Promise<unknown>} action @returns {Promise<string|undefined>} */
    async refusal(action) {
      try {
        await action()
        return undefined
      } catch (problem) {
        return problemInWords(problem)
      }
    },

    /** Calls `then` as a signed-in user: if nobody is signed in, asks for a name first. @param {() => void} then */
    withName(then) {
      if (session.user) then()
      else context.askName(then)
    },

    /** Asks before an action that cannot be undone: see view/dialog/confirm.js. */
    ask: question.ask,

    /** Dialogs are put at the end of the page, where nothing hides parts of them. @param {...{element: Element}} dialogs */
    add: (...dialogs) => document.body.append(...dialogs.map((each) => each.element)),
  }
  context.add(question)
  return context
}
