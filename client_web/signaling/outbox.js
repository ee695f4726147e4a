import { backoff } from './backoff.js'
import { problemFrom } from './problem.js'

/** @import { Json } from './json.js' */

/**
 * Sends signals as rows.
 *
 * Signals to one peer keep their order: only one POST with signals for it is under way, so that a candidate never overtakes its
 * description. Signals that wait are sent together in the next POST: entering a room of forty people takes a few requests, not hundreds.
 * A POST is one transaction, so one refused row refuses all; then they are sent one by one, and only refused rows are dropped.
 *
 * @typedef {{ to_peer: string, kind: 'offer'|'answer'|'candidate'|'bye'|'connected', body: unknown }} Signal
 * @param {object} options
 * @param {(signals: Signal[]) => Promise<unknown>} options.post  rejects with a Problem
 * @param {(signal: Signal, problem: import('./problem.js').Problem) => void} options.onRefused  it is dropped
 * @param {(problem: import('./problem.js').Problem, attempt: number) => void} [options.onRetry]
 */
export function createOutbox({ post, onRefused, onRetry = () => {} }) {
  const REQUESTS = 3 // of the six connections a browser allows, one is the stream's
  const MOST = 50 // rows in one POST; fifty offers are about 110 kB
  /** @typedef {Signal & { forgotten: boolean }} Waiting */
  /** @type {Map<string, Waiting[]>} */ const waiting = new Map()
  /** @type {Set<string>} */ const posting = new Set() // peers
  let requests = 0
  let closed = false
  /** @type {Set<Waiting[]>} */ const current = new Set() // batches being sent
  /** @type {Set<() => void>} */ const pauses = new Set() // waits before another attempt
  let due = false

  /** @param {Waiting[]} signals */
  const wanted = (signals) => signals.filter((signal) => !signal.forgotten)

  /** @param {number} delay */
  function pause(delay) {
    return /** @type {Promise<void>} */ (new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        pauses.delete(end)
        resolve()
      }
      const timer = setTimeout(end, delay)
      pauses.add(end)
    }))
  }

  /** Sends all of them or reports them as refused; never rejects. @param {Waiting[]} signals */
  async function deliver(signals) {
    for (let attempt = 0; ; attempt += 1) {
      signals = wanted(signals)
      if (closed || !signals.length) return
      try {
        await post(signals.map(({ to_peer, kind, body }) => ({ to_peer, kind, body })))
        return
      } catch (error) {
        const problem = problemFrom(error)
        if (problem.temporary) {
          onRetry(problem, attempt)
          await pause(Math.max(problem.retry_after ?? 0, backoff(attempt, { base: 500, most: 10_000 })))
        } else if (signals.length > 1) {
          for (const signal of signals) await deliver([signal])
          return
        } else {
          onRefused(signals[0], problem)
          return
        }
      }
    }
  }

  function postWaiting() {
    due = false
    while (!closed && requests < REQUESTS) {
      /** @type {Waiting[]} */ const batch = []
      for (const [to_peer, signals] of waiting) {
        if (posting.has(to_peer) || batch.length >= MOST) continue
        batch.push(...signals)
        waiting.delete(to_peer)
        posting.add(to_peer)
      }
      if (!batch.length) return
      requests += 1
      const peers = new Set(batch.map(({ to_peer }) => to_peer))
      current.add(batch)
      deliver(batch).then(() => {
        current.delete(batch)
        requests -= 1
        for (const peer of peers) posting.delete(peer)
        schedule()
      })
    }
  }
  function schedule() {
    if (due) return
    due = true
    queueMicrotask(postWaiting)
  }

  return {
    /** @param {string} to_peer @param {Signal['kind']} kind @param {Json} body */
    send(to_peer, kind, body) {
      if (closed) return
      const signals = waiting.get(to_peer) ?? []
      const last = signals.at(-1)
      if (kind === 'candidate' && last?.kind === 'candidate') last.body = [last.body, body].flat()
      else signals.push({ to_peer, kind, body, forgotten: false })
      waiting.set(to_peer, signals)
      schedule()
    },

    /** The peer has left, or its connection is replaced: waiting signals to it are dropped. @param {string} to_peer */
    forget(to_peer) {
      waiting.delete(to_peer)
      for (const batch of current) for (const signal of batch) if (signal.to_peer === to_peer) signal.forgotten = true
    },

    /** The network is back: tries again at once. */
    hurry() {
      for (const end of [...pauses]) end()
    },

    close() {
      closed = true
      waiting.clear()
      for (const end of [...pauses]) end()
    },
  }
}
