import { createMemory } from './memory.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * A volume for each person, and "mute for me", remembered by this browser. It concerns only what I hear: it is not stored in the
 * database, and nobody is informed. People I blocked are muted for me as long as they are blocked.
 *
 * @typedef {{ volume: number, silenced: boolean }} Volume  `volume` in per cent, 0..100
 */

/** @type {Volume} */
export const FULL = Object.freeze({ volume: 100, silenced: false })

const KEPT = 500 // people; the one set longest ago is forgotten first

/** @param {{ memory?: ReturnType<typeof createMemory>, isBlocked?: (user_id: number) => boolean }} [options] */
export function createVolumes({ memory = createMemory('roomtone.volumes'), isBlocked = () => false } = {}) {
  /** @type {Set<(user_id: number, volume: Volume) => void>} */ const listeners = new Set()
  /** @type {Map<number, Volume>} */ const volumes = new Map()
  for (const [user_id, [volume, silenced] = []] of entriesOf(memory.recall().people)) volumes.set(Number(user_id), volumeOf(volume, silenced))

  /** @param {number} user_id @returns {Volume} */
  const of = (user_id) => (isBlocked(user_id) ? Object.freeze({ ...(volumes.get(user_id) ?? FULL), silenced: true }) : (volumes.get(user_id) ?? FULL))

  const changed = (/** @type {number} */ user_id) => listeners.forEach((listener) => listener(user_id, of(user_id)))

  return {
    of,
    /** They were blocked or unblocked. @param {Iterable<number>} user_ids */
    reconsider(user_ids) {
      for (const user_id of user_ids) changed(user_id)
    },

    /** @param {number} user_id @param {Partial<Volume>} change */
    set(user_id, change) {
      const { volume, silenced } = { ...(volumes.get(user_id) ?? FULL), ...change }
      const next = volumeOf(volume, silenced)
      volumes.delete(user_id) // to the end of those remembered
      if (next.volume !== FULL.volume || next.silenced) volumes.set(user_id, next)
      if (volumes.size > KEPT) volumes.delete(Number(volumes.keys().next().value))
      // Pairs, because an object would sort its numbers and lose the order.
      memory.keep({ people: [...volumes].map(([id, each]) => [id, [each.volume, each.silenced]]) })
      changed(user_id)
    },

    /** @param {(user_id: number, volume: Volume) => void} listener */
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** @param {Json} kept @returns {Json[]} */
const entriesOf = (kept) => (Array.isArray(kept) ? kept.filter(Array.isArray) : [])

/** @param {Json} volume @param {Json} silenced @returns {Volume} */
function volumeOf(volume, silenced) {
  const whole = Number.isFinite(volume) ? Math.round(Math.min(100, Math.max(0, volume))) : FULL.volume
  return Object.freeze({ volume: whole, silenced: silenced === true })
}
