/**
 * Push messages in words. Pure: the service worker has no page.
 *
 * @typedef {{ kind: string, room: string, by: string|null, path: string }} PushMessage  as the relay sends it: `by` hosts or invites; `path` of the page to open
 * @typedef {{ title: string, body: string }} PushWords
 */

/** @param {PushMessage} message @param {(english: string, values?: import('../../words/message.js').Values) => string} inWords  in the reader's language @returns {PushWords} */
export function pushInWords({ kind, room, by }, inWords) {
  const whose = by ?? inWords('Somebody')
  switch (kind) {
    case 'reminder':
      return { title: inWords('“{room}” is open now', { room }), body: inWords('You wanted to be reminded of it.') }
    case 'followed':
      return { title: inWords('“{room}” is open now', { room }), body: inWords('{whose}, whom you follow, hosts it.', { whose }) }
    case 'speak':
      return { title: inWords('You are invited to speak'), body: inWords('In “{room}”. Open it to answer.', { room }) }
    case 'invitation':
      return { title: inWords('{whose} invites you', { whose }), body: inWords('To the room “{room}”. Open it to answer.', { room }) }
    default: // of a relay that is newer than this worker
      return { title: room, body: '' }
  }
}
