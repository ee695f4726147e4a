import { createConfirm } from '../view/dialog/confirm.js'
import { problemInWords } from '../view/elements/words.js'

/** Set by app.js, before anybody can action. */
const later = () => /** @type {any} */ (undefined)

/**
 * What every area of the page leans on: who I am, the shell, the room session I have a seat in, and doing what may be refused.
 * `view` and `route` are set by app.js once they stand; actions may only use them when somebody actions.
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
    /** Finds out who I am. @type {() => Promise<void>} */ learnWho: later(),
    /** Looks up the page shown once more. @type {() => Promise<unknown>} */ reload: later(),
    /** Asks for a name, then goes on. @type {(then: () => void) => void} */ askName: (_then) => {},
    /** Follows the address as it stands, once more. */ arrive: () => {},

    /** The present room session while I have a seat; null after it ended. */
    seated: () => (shell.roomSession && shell.roomSession.state.phase !== 'left' ? shell.roomSession : null),
    inRoom: () => context.view.inRoom && context.seated() !== null,

    /** Does something that may be refused, and says the refusal beside the controls. @template T @param {() => T} action @returns {Promise<Awaited<T>|undefined>} */
    async attempt(action) {
      context.view.refuse(null)
      try {
        return await action()
      } catch (problem) {
        context.view.refuse(problemInWords(problem))
        return undefined
      }
    },

    /** Does something that may be refused; resolves with the words of the refusal, for who says them beside the thing itself. @param {() => Promise<unknown>} action @returns {Promise<string|undefined>} */
    async refusal(action) {
      try {
        await action()
        return undefined
      } catch (problem) {
        return problemInWords(problem)
      }
    },

    /** Does something as somebody: who has no name yet is asked for one, and then it goes on by itself. @param {() => void} then */
    withName(then) {
      if (session.user) then()
      else context.askName(then)
    },

    /** A question before something that cannot be taken back: see view/dialog/confirm.js. */
    ask: question.ask,

    /** A dialog's place is at the end of the page, where nothing clips it. @param {...{element: Element}} dialogs */
    add: (...dialogs) => document.body.append(...dialogs.map((each) => each.element)),
  }
  context.add(question)
  return context
}
