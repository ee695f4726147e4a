import { problemFrom } from '../signaling/problem.js'

/**
 * A value that is loaded by key: a club, a person, an invitation. A value that was loaded before is shown until the new answer arrives. An answer
 * that is no longer wanted is dropped.
 *
 * @template K, V
 * @typedef {{ key: K|null, phase: 'idle'|'loading'|'ready'|'missing'|'failed', value: V|null, problem: import('../signaling/problem.js').Problem|null }} LookupState
 */

const KEPT = 30 // values of earlier keys

/**
 * @template K, V
 * @param {(key: K) => Promise<V|null>|V|null} load  null: it does not exist
 * @param {() => void} onChange
 */
export function createLookup(load, onChange) {
  /** @type {Map<K, V>} */ const known = new Map()
  /** @type {LookupState<K, V>} */ let state = Object.freeze({ key: null, phase: 'idle', value: null, problem: null })
  let asked = 0

  /** @param {LookupState<K, V>} next */
  function show(next) {
    state = Object.freeze(next)
    onChange()
  }

  /** @param {K} key @param {V} value */
  function keep(key, value) {
    known.delete(key)
    known.set(key, value)
    if (known.size > KEPT) known.delete(/** @type {K} */ (known.keys().next().value))
  }

  const lookup = {
    get state() {
      return state
    },
    /** Loads; resolves when the answer is shown. @param {K} [wanted]  without it the same key again */
    async look(wanted) {
      const key = /** @type {K} */ (wanted ?? state.key)
      const ticket = (asked += 1)
      const old = known.get(key) ?? null
      if (state.key !== key || state.phase !== 'ready') show({ key, phase: old ? 'ready' : 'loading', value: old, problem: null })
      try {
        const value = await load(key)
        if (ticket !== asked) return
        if (value !== null) keep(key, value)
        show({ key, phase: value === null ? 'missing' : 'ready', value, problem: null })
      } catch (error) {
        if (ticket !== asked) return
        const problem = problemFrom(error)
        show({ key, phase: problem.status === 404 ? 'missing' : 'failed', value: problem.status === 404 ? null : old, problem })
      }
    },
    /** Forgets all values: another user may see others. */
    forget() {
      known.clear()
      asked += 1
      state = Object.freeze({ key: null, phase: 'idle', value: null, problem: null })
    },
  }
  return lookup
}
