/**
 * A state that is computed when it is read, and subscribers who get it after a change: once, even if it changed several times in one
 * turn of the event loop.
 *
 * @template T
 * @param {() => T} compute
 */
export function createObservable(compute) {
  /** @type {Set<(state: T) => void>} */ const subscribers = new Set()
  /** @type {T|null} */ let state = null
  let scheduled = false

  const observable = {
    get state() {
      state ??= compute()
      return state
    },
    /** Something that the state is computed from has changed. */
    changed() {
      state = null
      if (scheduled) return
      scheduled = true
      queueMicrotask(() => {
        scheduled = false
        for (const subscriber of subscribers) subscriber(observable.state)
      })
    },
    /** @param {(state: T) => void} subscriber  gets the present state at once @returns {() => void} ends it */
    subscribe(subscriber) {
      subscribers.add(subscriber)
      subscriber(observable.state)
      return () => void subscribers.delete(subscriber)
    },
  }
  return observable
}
