import { element, say } from '../elements/element.js'
import { keyed } from '../elements/keyed.js'
import { symbol } from '../elements/symbol.js'
import { lossesOf } from '../../room/losses.js'
import { lossInWords } from './loss_words.js'
import { inWords } from '../../words/language.js'

/**
 * @import { Loss } from '../../room/losses.js'
 * @import { ShownRoomSession } from '../../room/room_session_state.js'
 */

const SHOWN = 3 // one cause concerns many connections: the newest say enough

/** Those of the microphone are shown beside it, the end of a room session in place of the people, and a recording's in its banner. */
const ELSEWHERE = new Set(['microphone', 'device', 'recording', 'ended'])

/**
 * What is lost, above the people: a sentence, what happens next, and what to press.
 * @param {{ reconnect: () => void, dismissReturn: () => void, unmute: () => Promise<unknown>, toggleHand: () => void, stepUp: () => void,
 *           showTopologies: () => void, retryConnection: (user_id: number) => void }} actions
 */
export function createLosses(actions) {
  const list = element('ul', { class: 'losses__list' })
  const root = element('section', { class: 'losses', role: 'status', 'aria-label': inWords('What is not as it should be'), hidden: true }, list)
  const rows = keyed(list, { key: (/** @type {Loss} */ { key }) => key, create: () => createLoss(actions) })
  return {
    element: root,
    /** @param {ShownRoomSession} roomSession */
    update(roomSession) {
      const losses = lossesOf(roomSession).filter(({ kind, key }) => !ELSEWHERE.has(kind) && !ELSEWHERE.has(key))
      const shown = [...losses.filter(({ kind }) => kind !== 'person'), ...losses.filter(({ kind }) => kind === 'person').slice(-SHOWN)].slice(0, SHOWN)
      rows.update(shown)
      root.hidden = shown.length === 0
    },
  }
}

/** @param {Parameters<typeof createLosses>[0]} actions */
function createLoss(actions) {
  /** @type {Loss} */ let loss
  /** @type {Partial<Record<import('../../room/losses.js').Press, () => unknown>>} */
  const presses = {
    retry: actions.reconnect,
    dismiss: actions.dismissReturn,
    unmute: actions.unmute,
    raise_hand: actions.toggleHand,
    step_up: actions.stepUp,
    topologies: actions.showTopologies,
    retry_connection: () => loss.kind === 'person' && loss.problem.user_id !== null && actions.retryConnection(loss.problem.user_id),
  }
  const title = element('strong', { class: 'loss__title' })
  const next = element('span', { class: 'loss__next' })
  const button = element('button', { class: 'button button--small', type: 'button', on: { click: () => loss.press && presses[loss.press]?.() } })
  return {
    element: element('li', { class: 'loss' }, symbol('warning'), element('p', { class: 'loss__words' }, title, ' ', next), button),
    update(/** @type {Loss} */ latest) {
      loss = latest
      const words = lossInWords(latest)
      say(title, words.title)
      say(next, words.next)
      say(button, words.press ?? '')
      button.hidden = !words.press || !latest.press || !presses[latest.press]
    },
  }
}
