/**
 * How many tabs may have a stream. Over HTTP/1.1 a browser opens six connections to a host, for all its tabs together. A stream or a long
 * poll uses one of them all the time: with six of them no tab could write any more. So at most three tabs use HTTP streams; the others
 * use a WebSocket, which is counted separately (255 to a host).
 *
 * A slot is one of three locks (Web Locks API). The browser releases the lock of a tab that was closed or crashed. Locks are taken
 * atomically, so seven tabs that open at once do not all get a slot. Where locks are not available (a page over plain HTTP from another
 * machine), and over HTTP/2, there is always a slot.
 *
 * @param {{ locks?: LockManager, protocol?: string }} [options]  protocol: by which this page was loaded (ALPN: `http/1.1` or `h2`)
 * @returns {{ take(): Promise<boolean>, release(): void }}  take: whether this tab may have a stream; each take needs its release
 */
export function createStreamSlots({ locks = navigator.locks, protocol = pageProtocol() } = {}) {
  const SLOTS = 3
  let takers = 0
  /** @type {Promise<(() => void)|null>|null} */ let held = null // what gives the slot back; a promise of null where none was free

  /** Takes a lock that is free; resolves with the function that releases it, or null. @param {string} name @returns {Promise<(() => void)|null>} */
  function lock(name) {
    return new Promise((resolve, reject) => {
      /** @param {Lock|null} granted @returns {Promise<void>|void} */
      const whileHeld = (granted) => (granted ? new Promise((release) => resolve(release)) : resolve(null))
      locks.request(name, { ifAvailable: true }, whileHeld).catch(reject)
    })
  }

  async function find() {
    if (!locks || !protocol.startsWith('http/1')) return () => {}
    try {
      for (let slot = 1; slot <= SLOTS; slot += 1) {
        const releaseLock = await lock(`roomtone stream ${slot}`)
        if (releaseLock) return releaseLock
      }
      return null
    } catch {
      return () => {} // this page may not use locks
    }
  }

  return {
    async take() {
      takers += 1
      held ??= find()
      return (await held) !== null
    },
    release() {
      takers -= 1
      if (takers) return
      held?.then((releaseLock) => releaseLock?.())
      held = null
    },
  }
}

function pageProtocol() {
  const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'))
  return navigation?.nextHopProtocol || 'http/1.1'
}
