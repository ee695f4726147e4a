/**
 * A handle for people who teach WebRTC from the console, and for the tests: with `?debug` in the page's address, and only then,
 * `roomtone` is the house, the visit, its state, and the connections themselves:
 *
 *   await roomtone.peers()[0].peer.connection.getStats()
 *
 * @param {{ session: object, house: ReturnType<typeof import('./house.js').createHouse> }} parts
 */
export function expose({ session, house }) {
  if (!new URLSearchParams(window.location.search).has('debug')) return
  Object.defineProperty(window, 'roomtone', {
    configurable: true,
    value: {
      session,
      house,
      get visit() {
        return house.visit
      },
      get state() {
        return house.visit?.state ?? null
      },
      people: () => house.visit?.state.people ?? [],
      peers: () => house.visit?.peers() ?? [],
      elements: () => house.visit?.elements() ?? new Map(),
    },
  })
}
