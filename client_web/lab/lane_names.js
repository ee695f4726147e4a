import { inWords } from '../words/language.js'

/** What a lane's label consists of, where that is words: the names of products stay as they are. A test compares this with the lanes of the lab. */
const PARTS = /** @type {Record<string, string>} */ ({
  'push (SSE)': inWords('push (SSE)'),
  polling: inWords('polling'),
  'long-polling': inWords('long-polling'),
  fastest: inWords('fastest'),
  recovery: inWords('recovery'),
  'Socket.IO in memory': inWords('Socket.IO in memory'),
  'PeerJS server': inWords('PeerJS server'),
  'NATS over WebSocket': inWords('NATS over WebSocket'),
  'Redis pub/sub behind SSE': inWords('Redis pub/sub behind SSE'),
  'Redis streams behind SSE': inWords('Redis streams behind SSE'),
  'PostgreSQL logical decoding': inWords('PostgreSQL logical decoding'),
  'the floor: bare TCP': inWords('the floor: bare TCP'),
})

/** "Socket.IO in memory, fastest" in the page's language. @param {string} label */
export const laneInWords = (label) => label.split(', ').map((part) => PARTS[part] ?? part).reduce((system, setting) => inWords('{system}, {setting}', { system, setting }))
