import { storageName } from '../addresses.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * A value that this browser remembers under a name, as JSON. Where storage is not allowed or full, it is lost when the page closes,
 * without a message.
 *
 * @param {string} name
 * @param {Storage|null} [storage]
 */
export function createMemory(name, storage = ownStorage()) {
  return {
    /** @returns {Record<string, Json>} as JSON; an empty object when nothing usable is kept */
    recall() {
      try {
        const kept = JSON.parse(storage?.getItem(storageName(name)) ?? '{}')
        return kept && typeof kept === 'object' && !Array.isArray(kept) ? kept : {}
      } catch {
        return {}
      }
    },
    /** @param {object} value */
    keep(value) {
      try {
        storage?.setItem(storageName(name), JSON.stringify(value))
      } catch {
        // kept until the page closes
      }
    },
  }
}

/** What only this tab keeps, also after a reload; null where that is not allowed. */
export const storageOfTab = () => ifAllowed(() => window.sessionStorage)

const ownStorage = () => ifAllowed(() => window.localStorage)

/** @param {() => Storage} storage */
function ifAllowed(storage) {
  try {
    return storage()
  } catch {
    return null
  }
}
