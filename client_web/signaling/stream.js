import { createFollower } from './follower.js'
import { createFrames } from './frames.js'
import { QUIETLY, isRefusal, problemOf } from './problem.js'

/**
 * Follows by database-driven push: Server-Sent Events.
 *
 * The stream is read with `fetch` and not with `EventSource`, for four things `EventSource` cannot do: send the tab's own Bearer
 * token, see the status and the problem of a refusal, survive a 5xx, and see the relay's comments (an attempt that brings none is dead,
 * though TCP will not say so for minutes). `Last-Event-ID` and `retry:` mean what the standard says, so `EventSource` and `curl -N`
 * read the same resource.
 *
 * @param {{ url: string, fetch: typeof window.fetch } & Omit<Parameters<typeof createFollower>[0], 'run'>} options
 * @returns {import('./follower.js').Follower}
 */
export function createStream({ url, fetch, ...options }) {
  return createFollower({
    ...options,
    async run(attempt) {
      /** @type {Record<string, string>} */ const headers = { Accept: 'text/event-stream', Prefer: QUIETLY }
      if (attempt.cursor) headers['Last-Event-ID'] = attempt.cursor
      const response = await fetch(url, { headers, cache: 'no-store', signal: attempt.signal })
      if (isRefusal(response)) throw await problemOf(response)
      const frames = createFrames({ onFrame: ({ type, data, id }) => attempt.frame({ type, data: JSON.parse(data), id }), onRetry: attempt.retry })
      const reader = /** @type {ReadableStream<BufferSource>} */ (response.body).pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || attempt.signal.aborted) return
        attempt.alive()
        frames.push(value)
      }
    },
  })
}
