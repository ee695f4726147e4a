/**
 * The safety number of a room: digits made of the public keys of all its sessions, the same for all who have the same keys. People read it to
 * each other, because the database, which passes the keys on, could give false ones. The function safety_number of the database makes the same digits.
 *
 * It has 30 digits, 100 bits. Who wants to stand between two people needs two false keys that give both the same digits, within the time in
 * which somebody joins: even with 2^55 tries before, that takes 2^45 in this moment.
 */

const GROUPS = 6
const BYTES = 5 // of the hash, in each group

/** An uncompressed point of P-256 in base64url. @param {unknown} text */
const isKey = (text) => typeof text === 'string' && /^B[A-P][\w-]{85}$/.test(text)

/**
 * @param {number} room_id @param {Iterable<{ user_id: number, signing_key: string, agreement_key: string }>} sessions
 * @returns {Promise<string|null>} six groups of five digits; null without sessions, and if what should be a number or a key is other text: two
 *   different rooms could have the same text then, and so the same number
 */
export async function safetyNumberOf(room_id, sessions) {
  const all = [...sessions].sort((a, b) => a.user_id - b.user_id)
  if (!all.length || ![room_id, ...all.map(({ user_id }) => user_id)].every(Number.isSafeInteger)) return null
  if (!all.every(({ signing_key, agreement_key }) => [signing_key, agreement_key].every(isKey))) return null
  const lines = all.map(({ user_id, signing_key, agreement_key }) => `${user_id} ${signing_key} ${agreement_key}\n`)
  const text = `roomtone safety number 1\n${room_id}\n${lines.join('')}`
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  const groups = Array.from({ length: GROUPS }, (_, index) => hash.subarray(index * BYTES, (index + 1) * BYTES).reduce((value, byte) => value * 256 + byte, 0))
  return groups.map((value) => String(value % 100_000).padStart(5, '0')).join(' ')
}
