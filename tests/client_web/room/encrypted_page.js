import { createEncryption } from '../../../client_web/room/encryption.js'
import { createEncryptionMemory } from '../../../client_web/room/encryption_memory.js'
import { createFollowedRoom } from '../../../client_web/room/followed_room.js'

/** A page in an encrypted room, for Node: its log is what a test shows it, its worker what a browser would be told, and its rows are kept. */

/** Workers as they are begun. The browser's own cannot run in Node: it takes frames of a connection. */
export const workers = []
globalThis.RTCRtpScriptTransform = class {}
globalThis.Worker = class extends EventTarget {
  orders = []
  constructor() {
    super()
    workers.push(this)
  }
  postMessage(order) {
    this.orders.push(order)
  }
  terminate() {
    this.closed = true
  }
}

/** Waits, however slow the computer is. @param {() => unknown} what */
export async function until(what) {
  for (let attempt = 0; !(await what()); attempt += 1) {
    if (attempt > 3_000) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** @param {{ promised?: boolean, encrypted?: boolean }} [about] */
export function openPage({ promised = false, encrypted = true } = {}) {
  const room = createFollowedRoom(1)
  const memory = createEncryptionMemory(null)
  if (promised) memory.noteEncrypted(7)
  const page = { room, peer_id: 'p1', written: [], given: [], notes: [], answers: { write: async () => {}, give: async () => {}, given: async () => [] } }
  const seat = {
    room, room_id: 7,
    get peer_id() {
      return page.peer_id
    },
    get row() {
      return room.mySeat(page.peer_id)
    },
    async writeKeys(keys) {
      page.written.push(keys)
      await page.answers.write()
    },
    async giveKeys(rows) {
      await page.answers.give()
      page.given.push(...rows)
    },
    givenKeys: () => page.answers.given(),
  }
  const encryption = createEncryption({ seat, memory, inspector: { note: (note, user_id) => page.notes.push([note.fault, user_id]) }, onChange() {} })
  let epoch = 0
  const seatOf = (user_id, keys) => ({ room_id: 7, user_id, username: `u${user_id}`, kind: 'person', role: 'SPEAKER', peer_id: user_id === 1 ? page.peer_id : `p${user_id}`, muted: false, seq: user_id, ...keys })
  return Object.assign(page, {
    encryption, seatOf,
    worker: () => workers.at(-1),
    /** What the log says now: my keys, and those of others by user. */
    show(mine, others = {}, about = { encrypted }) {
      const participants = [seatOf(1, mine), ...Object.entries(others).map(([id, keys]) => seatOf(Number(id), keys))]
      room.receive({ type: 'snapshot', data: { cursor: `${(epoch += 1)}-5`, user_id: 1, room: { id: 7, topology: 'mesh', ...about }, participants } })
      encryption.observe()
    },
    /** My keys as the page has written them. */
    async keys() {
      await until(() => page.written.length)
      return page.written.at(-1)
    },
  })
}
