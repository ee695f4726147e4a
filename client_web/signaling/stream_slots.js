/**
 * The browser's lines to the relay. Over HTTP/1.1 a browser opens six connections to a host, for all its tabs together, and a stream
 * or a long poll occupies one for as long as it lasts: with six of them no tab could write any more. So at most three tabs follow over
 * HTTP; the others take a WebSocket, which counts apart (255 to a host).
 *
 * Who has a line holds one of three locks (Web Locks API), which the browser lets go of when the tab is gone, however it went. Locks
 * are taken atomically, so seven tabs opened at once do not all see an empty room. Where there are no locks (a page that is not
 * secure, as over plain HTTP from another machine), or where HTTP/2 needs no such care, there is always a line.
 *
 * @param {{ locks?: LockManager, protocol?: string }} [options]  protocol: how this page came (ALPN, `http/1.1` or `h2`)
 * @returns {{ take(): Promise<boolean>, release(): void }}  take: whether there is a line for this tab; each take wants its release
 */
export function createStreamSlots({ locks = navigator.locks, protocol = howThisPageCame() } = {}) {
  const LINES = 3
  let takers = 0
  /** @type {Promise<() => void|null>|null} */ let held = null // what lets go of the line; null when there was none

  /** The lock if nobody has it, as the function that lets go of it. */
  function lock(name) {
    return new Promise((resolve, reject) => {
      const whileHeld = (granted) => (granted ? new Promise((letGo) => resolve(letGo)) : resolve(null))
      locks.request(name, { ifAvailable: true }, whileHeld).catch(reject)
    })
  }

  async function find() {
    if (!locks || !protocol.startsWith('http/1')) return () => {}
    try {
      for (let line = 1; line <= LINES; line += 1) {
        const letGo = await lock(`roomtone line ${line}`)
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
  return performance.getEntriesByType('navigation')[0]?.nextHopProtocol || 'http/1.1'
}
