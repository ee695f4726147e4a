import { createConfirm } from '../view/confirm.js'
import { problemInWords } from '../view/words.js'

/**
 * What every area of the page leans on: who I am, the house, the visit I have a seat in, and doing what may be refused.
 * `view` and `route` are set by app.js once they stand; acts may only use them when somebody acts.
 *
 * @param {{ session: object, house: ReturnType<typeof import('../room/house.js').createHouse> }} parts
 */
export function createCommons({ session, house }) {
  const question = createConfirm()
  const commons = {
    session,
    house,
    /** @type {ReturnType<typeof import('../view/house.js').createHouseView>} */ view: null,
    /** @type {ReturnType<typeof import('../view/route.js').createRoute>} */ route: null,
    /** Asks for a name, then goes on. @type {(then: () => void) => void} */ askName: () => {},
    /** Follows the address as it stands, once more. */ arrive: () => {},

    /** The present visit while I have a seat; null after it ended. */
    seated: () => (house.visit && house.visit.state.phase !== 'left' ? house.visit : null),
    inRoom: () => commons.view.inRoom && commons.seated() !== null,

    /** Does something that may be refused, and says the refusal beside the controls. */
    async attempt(act) {
      commons.view.refuse(null)
      try {
        return await act()
      } catch (problem) {
        commons.view.refuse(problemInWords(problem))
        return undefined
      }
    },

    /** Does something that may be refused; resolves with the words of the refusal, for who says them beside the thing itself. */
    async refusal(act) {
      try {
        await act()
        return undefined
      } catch (problem) {
        return problemInWords(problem)
      }
    },

    /** Does something as somebody: who has no name yet is asked for one, and then it goes on by itself. */
    withName(then) {
      if (session.user) then()
      else commons.askName(then)
    },

    /** A question before something that cannot be taken back: see view/confirm.js. */
    ask: question.ask,

    /** A dialog's place is at the end of the page, where nothing clips it. @param {...{element: Element}} dialogs */
    add: (...dialogs) => document.body.append(...dialogs.map((each) => each.element)),
  }
  commons.add(question)
  return commons
}
