import { createConfirm } from '../view/dialog/confirm.js'
import { problemInWords } from '../view/elements/problem_words.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { refusalOf } from '../view/elements/refusal.js'

const WAITS = 500 // ms for the relay's answer, before the dialog says that it has not come

/**
 * What all actions use: the signed-in user, the shell, the room session in which I have a seat, and handling of refusals.
 *
 * @typedef {object} Page  what app.js connects; it may be used when an action is called, not when the actions are created
 * @property {ReturnType<typeof import('../view/shell/shell.js').createShellView>} view
 * @property {ReturnType<typeof import('../view/shell/route.js').createRoute>} route
 * @property {(room_id: number) => void} enter
 * @property {() => void} arrive  shows what the present address says
 * @property {() => Promise<unknown>} reload  loads what is shown again
 * @property {() => Promise<void>} learnWho  asks who is signed in
 * @property {() => Promise<void>} asked  until that is answered, or there is no answer
 * @property {(then: () => void) => void} askName  asks for a name, then calls `then`
 * @property {() => Promise<boolean>} leaveRoom  leaves the room, and asks its host what becomes of it: see room.js
 * @property {() => Promise<boolean>} hostLeaves  the same for a host; others stay
 *
 * @param {object} parts
 * @param {ReturnType<typeof import('../session.js').createSession>} parts.session
 * @param {ReturnType<typeof import('../room/shell.js').createShell>} parts.shell
 * @param {Page} parts.page
 */
export function createContext({ session, shell, page }) {
  const question = whenOpened(createConfirm)
  const context = {
    session,
    shell,
    get view() {
      return page.view
    },
    get route() {
      return page.route
    },
    ...{ enter: page.enter, arrive: page.arrive, reload: page.reload, learnWho: page.learnWho, leaveRoom: page.leaveRoom, hostLeaves: page.hostLeaves },

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
    refusal: async (action) => (await refusalOf(action)) ?? undefined,

    /** Calls `then` as a signed-in user: if nobody is signed in, asks for a name first. @param {() => void} then */
    async withName(then) {
      if (!session.user) await Promise.race([page.asked(), new Promise((resolve) => setTimeout(resolve, WAITS))]) // a button may be pressed before the relay has answered
      if (session.user) then()
      else page.askName(then)
    },

    /** Asks before an action that cannot be undone: see view/dialog/confirm.js. */
    ask: (/** @type {Parameters<ReturnType<typeof createConfirm>['ask']>[0]} */ asked) => question.built().ask(asked),
  }
  return context
}
