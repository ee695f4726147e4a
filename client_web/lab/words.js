/** What the lab says: of the techniques, in the article's terms, and of what arrives. */
export const TECHNIQUES = /** @type {Record<string, { title: string, how: string, description: string, cost: string }>} */ ({
  sse: {
    title: 'Push',
    how: 'Server-Sent Events',
    description: 'Database-driven: the row’s trigger notifies, the relay reads the log once for everybody, and writes to a request that never ends.',
    cost: 'A connection for each follower, and nothing while nothing happens.',
  },
  'long-polling': {
    title: 'Long-polling',
    how: 'a question that is kept',
    description: 'The page asks, and the relay keeps the question until there is something to answer. Then the page asks again.',
    cost: 'Each event costs each follower a request, and the database a look at the log.',
  },
  websocket: {
    title: 'WebSocket',
    how: 'one handshake',
    description: 'The article’s server: one connection that speaks both ways. What is emitted on it becomes a row, like any other.',
    cost: 'A connection for each follower, and a protocol of one’s own on it.',
  },
  polling: {
    title: 'Polling',
    how: 'ask, wait, ask again',
    description: 'The page asks every so often, whether something happened or not. It is late by half the interval, on average.',
    cost: 'Requests by the clock; in a quiet room, nearly all for nothing.',
  },
})

/** What a socket or a stream has running for it that no answer can tell; as in relay.py. */
export const SHARED = 'select … from roomtone.relay_read($rooms, $heads)'

/** "lab push 4f2a unmuted" */
export function happened(/** @type {any} */ { table, type, record, old_record }) {
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

/** What an interval means, for one and for many. */
export function pace(/** @type {number} */ ms) {
  const perMinute = 60_000 / ms
  const late = ms / 2
  const shown = late < 1000 ? `${Math.round(late)} ms` : `${(late / 1000).toFixed(1)} s`
  return `${Math.round(perMinute)} requests a minute, however quiet the room, and events ${shown} late on average. A thousand such followers: ${Math.round(1e6 / ms).toLocaleString('en')} requests a second.`
}
