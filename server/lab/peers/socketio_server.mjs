// A server on Socket.IO, as its documentation builds one. Arguments: the folder node_modules, and the settings as JSON:
// {port, recovery, fastest, database: {host, user, database, options} or null}.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'

const [modules, settings] = process.argv.slice(2)
const { port, recovery, fastest, database } = JSON.parse(settings)
const require = createRequire(`${modules}/none.js`)
const { Server } = require('socket.io')

const http = createServer()
const io = new Server(http, {
  ...(fastest && { transports: ['websocket'] }),
  ...(recovery && { connectionStateRecovery: {} }),
})

if (fastest) io.engine.on('connection', (socket) => (socket.request = null)) // its documentation: Memory usage

let pool = null
if (database) {
  const { Pool } = require('pg')
  const { createAdapter } = require('@socket.io/postgres-adapter')
  pool = new Pool(database)
  pool.on('error', (error) => console.error('postgres', error.message))
  io.adapter(createAdapter(pool))
}

const INSERT = {
  text: 'insert into peers.participants (recipient, event) values ($1, $2)',
  ...(fastest && { name: 'insert' }), // parsed once for each session (node-postgres: Queries, Prepared statements)
}

io.on('connection', (socket) => {
  socket.on('follow', async (follower, acknowledge) => {
    await socket.join(['room', `follower-${follower}`])
    acknowledge()
  })
  // The article's order: the client has emitted; insert, broadcast, acknowledge.
  socket.on('write', async (to, event, acknowledge) => {
    try {
      if (pool) await pool.query({ ...INSERT, values: [to, event] })
      io.to(to === null ? 'room' : `follower-${to}`).emit('event', event)
      acknowledge({})
    } catch (error) {
      acknowledge({ error: error.message })
    }
  })
})

http.listen(port, '127.0.0.1')
