/**
 * Push messages in words. Pure: the service worker has no page.
 *
 * @typedef {{ kind: string, room: string, by: string|null, path: string }} PushMessage  as the relay sends it: `by` hosts or invites; `path` of the page to open
 * @typedef {{ title: string, body: string }} PushWords
 */

/** @param {PushMessage} message @returns {PushWords} */
export function pushInWords({ kind, room, by }) {
  const whose = by ?? 'Somebody'
  switch (kind) {
    case 'reminder':
      return { title: `“${room}” is open now`, body: 'You wanted to be reminded of it.' }
    case 'followed':
      return { title: `“${room}” is open now`, body: `${whose}, whom you follow, hosts it.` }
    case 'speak':
      return { title: 'You are invited to speak', body: `In “${room}”. Open it to answer.` }
    case 'invitation':
      return { title: `${whose} invites you`, body: `To the room “${room}”. Open it to answer.` }
    default: // of a relay that is newer than this worker
      return { title: room, body: '' }
  }
}
