/**
 * What a user reads when live events do not reach this page as they should.
 * @type {Record<import('../../signaling/fallback.js').TechniqueName, string>}
 */
const INSTEAD = {
  sse: 'This page uses an event stream instead.',
  websocket: 'This page uses a WebSocket instead.',
  longpoll: 'This page waits for each of them with a new request instead.',
  poll: 'This page asks for them every second instead.',
}

/** @param {import('../../signaling/fallback.js').TechniqueName} name  the technique in use now */
export const fallbackInWords = (name) => `Something in your network holds back live events. ${INSTEAD[name]}`
