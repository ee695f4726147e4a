// Followers and participants: Socket.IO's own client, each with a connection of its own. Argument: the folder node_modules.
// A command is a line of JSON {do, …} on the standard input; its result is a line on the standard output.
import { subscribe } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const [modules] = process.argv.slice(2)
const require = createRequire(`${modules}/none.js`)
const { io } = require('socket.io-client')

const AGAIN_AFTER = 250 // milliseconds; as the followers of all other lanes
const WITHIN = 5000 // milliseconds for an acknowledgement
const now = () => Number(process.hrtime.bigint()) / 1e9 // the clock that Python calls monotonic

let counting = false
const network = { requests: 0, connections: 0, sent: 0, received: 0 }
const open = new Set()
const gone = (socket) => {
  network.sent += socket.bytesWritten
  network.received += socket.bytesRead
  open.delete(socket)
}
subscribe('net.client.socket', ({ socket }) => {
  if (!counting) return
  network.connections += 1
  open.add(socket)
  socket.once('close', () => gone(socket))
})
subscribe('http.client.request.start', () => {
  if (counting) network.requests += 1
})

const followers = []
const participants = new Map()

function connect(place, fastest) {
  return io(`http://${place}`, {
    forceNew: true,
    reconnectionDelay: AGAIN_AFTER,
    reconnectionDelayMax: AGAIN_AFTER,
    randomizationFactor: 0,
    ...(fastest && { transports: ['websocket'] }),
  })
}

/** Calls `ready` when the connection has its last transport. */
function whenUpgraded({ io: { engine } }, ready) {
  if (engine.transport.name === 'websocket') ready()
  else engine.once('upgrade', ready)
}

/** Resolves when it follows. */
function follow(number, place, fastest) {
  const follower = { arrivals: {}, follows: false }
  followers.push(follower)
  const socket = connect(place, fastest)
  follower.socket = socket
  socket.on('event', (event) => {
    const at = now()
    const { key } = JSON.parse(event)
    ;(follower.arrivals[key] ??= []).push(at)
    if (key === follower.awaited) follower.onAwaited()
  })
  socket.on('disconnect', () => (follower.follows = false))
  return new Promise((resolve) => {
    socket.on('connect', () => {
      const ready = () => {
        follower.follows = true
        resolve()
      }
      if (socket.recovered) return ready()
      socket.emit('follow', number, () => whenUpgraded(socket, ready))
    })
  })
}

function participate(place, fastest) {
  const participant = { socket: connect(place, fastest), ready: false, onReady: () => {} }
  participant.socket.on('connect', () =>
    whenUpgraded(participant.socket, () => {
      participant.ready = true
      participant.onReady()
    }),
  )
  participant.socket.on('disconnect', () => (participant.ready = false))
  return participant
}

const commands = {
  async follow({ numbers, place, fastest }) {
    counting = true
    await Promise.all(numbers.map((number) => follow(number, place, fastest)))
    counting = false
    return {}
  },
  async write({ participant, place, fastest, to, event }) {
    if (!participants.has(participant)) participants.set(participant, participate(place, fastest))
    const who = participants.get(participant)
    // Without a connection, the client would keep it and send it later.
    if (!who.ready) {
      const ready = new Promise((resolve) => (who.onReady = resolve))
      await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, WITHIN))])
      if (!who.ready) return { refused: 'no connection' }
    }
    const began = now()
    try {
      const { error } = await who.socket.timeout(WITHIN).emitWithAck('write', to, event)
      return error ? { refused: error } : { began }
    } catch (error) {
      return { refused: error.message }
    }
  },
  arrivals: () => ({ now: now(), followers: followers.map(({ arrivals }) => arrivals) }),
  /** Answered when this follower has the event; one is awaited at a time. */
  async seen({ follower: number, key }) {
    const follower = followers[number]
    if (!(key in follower.arrivals)) await new Promise((resolve) => Object.assign(follower, { awaited: key, onAwaited: resolve }))
    return {}
  },
  following: () => followers.filter(({ follows }) => follows).length,
  tally() {
    const seen = { ...network }
    for (const socket of open) {
      seen.sent += socket.bytesWritten
      seen.received += socket.bytesRead
    }
    return seen
  },
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, do: name, ...given } = JSON.parse(line)
  const answer = await commands[name](given)
  process.stdout.write(`${JSON.stringify({ id, answer })}\n`)
}).on('close', () => process.exit())
