import { createSubscription } from './subscription.js'
import { createEventStreamParser } from './event_stream_parser.js'
import { PREFER_QUIET_REFUSAL, isRefusal, problemOf } from './problem.js'

/**
 * A subscription by database-driven push: Server-Sent Events.
 *
 * The stream is read with `fetch` and not with `EventSource`, for four things `EventSource` cannot do: send the tab's own Bearer
 * token, see the status and the problem of a refusal, reconnect after a 5xx, and see the relay's comments (without comments the connection is
 * dead, although TCP may report it only after minutes). `Last-Event-ID` and `retry:` mean what the standard says, so `EventSource` and `curl -N`
 * read the same resource.
 *
 * @param {{ url: string, fetch: typeof window.fetch } & Omit<Parameters<typeof createSubscription>[0], 'run'>} options
 * @returns {import('./subscription.js').Subscription}
 */
export function createStream({ url, fetch, ...options }) {
  return createSubscription({
    ...options,
    async run(attempt) {
      /** @type {Record<string, string>} */ const headers = { Accept: 'text/event-stream', Prefer: PREFER_QUIET_REFUSAL }
      if (attempt.cursor) headers['Last-Event-ID'] = attempt.cursor
      const response = await fetch(url, { headers, cache: 'no-store', signal: attempt.signal })
      if (isRefusal(response)) throw await problemOf(response)
      const parser = createEventStreamParser({ onFrame: ({ type, data, id }) => attempt.frame({ type, data: JSON.parse(data), id }), onRetry: attempt.retry })
      const reader = /** @type {ReadableStream<BufferSource>} */ (response.body).pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || attempt.signal.aborted) return
        attempt.alive()
        parser.push(value)
      }
    },
  })
}
