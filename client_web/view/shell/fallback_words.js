import { inWords } from '../../words/language.js'

/**
 * What a user reads when live events do not reach this page as they should.
 * @type {Record<import('../../signaling/fallback.js').TechniqueName, string>}
 */
const INSTEAD = {
  sse: inWords('This page uses an event stream instead.'),
  websocket: inWords('This page uses a WebSocket instead.'),
  longpoll: inWords('This page waits for each of them with a new request instead.'),
  poll: inWords('This page asks for them every second instead.'),
}

/** @param {import('../../signaling/fallback.js').TechniqueName} name  the technique in use now */
export const fallbackInWords = (name) => `${inWords('Something in your network holds back live events.')} ${INSTEAD[name]}`
