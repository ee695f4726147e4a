/**
 * How many tabs may hold a stream. Over HTTP/1.1 a browser opens six connections to a host, for all its tabs together, and a stream
 * or a long poll occupies one for as long as it lasts: with six of them no tab could write any more. So at most three tabs follow over
 * HTTP; the others take a WebSocket, which counts apart (255 to a host).
 *
 * Who has a slot holds one of three locks (Web Locks API), which the browser lets go of when the tab is gone, however it went. Locks
 * are taken atomically, so seven tabs opened at once do not all see an empty room. Where there are no locks (a page that is not
 * secure, as over plain HTTP from another machine), or where HTTP/2 needs no such care, there is always a slot.
 *
 * @param {{ locks?: LockManager, protocol?: string }} [options]  protocol: how this page came (ALPN, `http/1.1` or `h2`)
 * @returns {{ take(): Promise<boolean>, release(): void }}  take: whether this tab may hold a stream; each take needs its release
 */
export function createStreamSlots({ locks = navigator.locks, protocol = howThisPageCame() } = {}) {
  const SLOTS = 3
  let takers = 0
  /** @type {Promise<(() => void)|null>|null} */ let held = null // what gives the slot back; a promise of null where none was free

  /** The lock if nobody has it, as the function that lets go of it. @param {string} name @returns {Promise<(() => void)|null>} */
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
        const letGo = await lock(`roomtone stream ${slot}`)
        if (letGo) return letGo
      }
      return null
    } catch {
      return () => {} // locks are not for this page
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
      held?.then((letGo) => letGo?.())
      held = null
    },
  }
}

function howThisPageCame() {
  const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'))
  return navigation?.nextHopProtocol || 'http/1.1'
}
