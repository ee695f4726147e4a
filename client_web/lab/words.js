/** @import { Json } from '../signaling/json.js' */

/** The lab's texts on the techniques and on events. */
export const TECHNIQUES = /** @type {Record<string, { title: string, how: string, description: string, cost: string }>} */ ({
  sse: {
    title: 'Push',
    how: 'Server-Sent Events',
    description: 'Database-driven: the row’s trigger notifies the relay, which reads the log once for everybody and writes the event to responses that stay open.',
    cost: 'One connection for each subscriber, and nothing more while nothing happens.',
  },
  'long-polling': {
    title: 'Long-polling',
    how: 'a request that waits',
    description: 'The page sends a request, and the relay answers when something is new. Then the page sends the next one.',
    cost: 'Each event costs each subscriber a request, and the database a read of the log.',
  },
  websocket: {
    title: 'WebSocket',
    how: 'one handshake',
    description: 'The server of the article: one connection for both directions. What a client emits becomes a row like any other.',
    cost: 'One connection for each subscriber, with a protocol of its own.',
  },
  polling: {
    title: 'Polling',
    how: 'ask, wait, ask again',
    description: 'The page asks at fixed intervals, whether something happened or not. On average events come late by half an interval.',
    cost: 'Requests all the time. In a quiet room nearly all answers are empty.',
  },
})

/** The statement that the relay runs for all streams and sockets; as in relay.py. */
export const SHARED = 'select … from roomtone.relay_read($rooms, $heads)'

/** "lab push 4f2a unmuted" */
export function happened(/** @type {Json} */ { table, type, record, old_record }) {
  const who = record?.username ?? old_record?.username ?? ''
  if (table === 'participants') {
    if (type === 'DELETE' || (record.peer_id === null && old_record?.peer_id)) return `${who} left`
    if (type === 'INSERT' || old_record.peer_id !== record.peer_id) return `${who} joined`
    if (old_record.muted !== record.muted) return `${who} ${record.muted ? 'muted' : 'unmuted'}`
    if (Boolean(old_record.hand_raised_at) !== Boolean(record.hand_raised_at)) return `${who} ${record.hand_raised_at ? 'raised a hand' : 'lowered the hand'}`
    if (old_record.role !== record.role) return `${who} is now ${record.role.toLowerCase()}`
    return `${who} changed`
  }
  return `${type.toLowerCase()} in ${table}`
}

/** 431 B, 4.3 kB */
export function bytes(/** @type {number} */ value) {
  if (value < 1000) return `${value} B`
  return value < 1_000_000 ? `${(value / 1000).toFixed(1)} kB` : `${(value / 1_000_000).toFixed(1)} MB`
}

/** What a polling interval costs, for one subscriber and for a thousand. */
export function pace(/** @type {number} */ ms) {
  const perMinute = 60_000 / ms
  const late = ms / 2
  const shown = late < 1000 ? `${Math.round(late)} ms` : `${(late / 1000).toFixed(1)} s`
  return `${Math.round(perMinute)} requests a minute, even in a quiet room. On average events come ${shown} late. With a thousand subscribers: ${Math.round(1e6 / ms).toLocaleString('en')} requests a second.`
}
