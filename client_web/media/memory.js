/**
 * What this browser remembers of one thing, as JSON. Where nothing may be kept (private windows, a full disk) it is forgotten with the
 * page, without a message.
 *
 * @param {string} name
 * @param {Storage|null} [storage]
 */
export function createMemory(name, storage = ownStorage()) {
  return {
    /** @returns {Record<string, any>} an empty object when nothing usable is kept */
    recall() {
      try {
        const kept = JSON.parse(storage?.getItem(name) ?? '{}')
        return kept && typeof kept === 'object' && !Array.isArray(kept) ? kept : {}
      } catch {
        return {}
      }
    },
    /** @param {object} value */
    keep(value) {
      try {
        storage?.setItem(name, JSON.stringify(value))
      } catch {
        // remembered until the page goes
      }
    },
  }
}

function ownStorage() {
  try {
    return window.localStorage
  } catch {
    return null
  }
}
