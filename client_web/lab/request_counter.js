import { now } from '../room/clock.js'
import { errorFrom } from '../signaling/problem.js'

const KEPT = 12 // requests remembered of each lane

/**
 * The requests of one lane, with their answers, counted in the page.
 *
 * Received bytes are the status lines, headers and bodies of answers, or the messages of a WebSocket, as far as a page can see them.
 * Sent bytes are unknown to a page. `roomtone lab signaling` counts both at the socket.
 *
 * @typedef {{ id: number, text: string, status: number|string, ms: number|null, bytes: number, at: number, statements: {text: string, ms: number}[] }} Asked
 * @typedef {{ requests: number, bytes: number, empty: number, asked: Asked[] }} Counted
 * @param {{ fetch: typeof window.fetch, onChange: () => void }} options
 */
export function createRequestCounter({ fetch, onChange }) {
  /** @type {Counted} */ const counted = { requests: 0, bytes: 0, empty: 0, asked: [] }
  let last = 0

  function begin(/** @type {string} */ text) {
    /** @type {Asked} */ const one = { id: (last += 1), text, status: '…', ms: null, bytes: 0, at: now(), statements: [] }
    counted.requests += 1
    counted.asked = [one, ...counted.asked].slice(0, KEPT)
    onChange()
    return one
  }

  /** @param {Asked} one @param {number} bytes */
  function add(one, bytes) {
    one.bytes += bytes
    counted.bytes += bytes
    onChange()
  }

  /** @param {Asked} one @param {Response} response */
  function head(one, response) {
    one.status = response.status
    one.ms = now() - one.at
    one.statements = statementsOf(response.headers.get('Server-Timing') ?? '')
    let size = `HTTP/1.1 ${response.status} ${response.statusText}\r\n\r\n`.length
    response.headers.forEach((value, name) => {
      if (name !== 'server-timing') size += name.length + value.length + 4
    })
    add(one, size)
  }

  /** fetch, with the received bytes counted. @param {RequestInfo|URL} url @param {RequestInit} [init] */
  async function countedFetch(url, init = {}) {
    const headers = new Headers(init.headers)
    headers.set('Roomtone-Timing', 'statements')
    const one = begin(`${init.method ?? 'GET'} ${url}`)
    try {
      const response = await fetch(url, { ...init, headers })
      head(one, response)
      if (!response.body) return response
      const counter = new TransformStream({
        transform(chunk, controller) {
          add(one, chunk.length)
          controller.enqueue(chunk)
        },
      })
      return new Response(response.body.pipeThrough(counter), response)
    } catch (error) {
      one.status = errorFrom(error).name === 'AbortError' ? 'given-up' : 'unanswered'
      onChange()
      throw error
    }
  }

  return {
    counted,
    fetch: countedFetch,
    /** A WebSocket, with the received bytes counted. @param {string} url @param {(url: string) => WebSocket} connect */
    connect(url, connect) {
      const one = begin(`GET ${url} (Upgrade: websocket)`)
      const socket = connect(url)
      socket.addEventListener('open', () => {
        Object.assign(one, { status: 101, ms: now() - one.at })
        onChange()
      })
      socket.addEventListener('message', ({ data }) => add(one, data.length))
      return socket
    },
    empty() {
      counted.empty += 1
      onChange()
    },
  }
}

/** `sql;dur=0.81;desc="select …", …` (W3C Server Timing, 2.1). @param {string} header */
function statementsOf(header) {
  return [...header.matchAll(/sql;dur=([\d.]+);desc="((?:[^"\\]|\\.)*)"/g)].map(([, ms, text]) => ({
    text: text.replace(/\\(.)/g, '$1'),
    ms: Number(ms),
  }))
}
