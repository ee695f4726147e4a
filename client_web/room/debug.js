/**
 * For the browser's console and the tests: with `?debug` in the page's address, `roomtone` gives access to the app shell, the room
 * session, its state and the connections:
 *
 *   await roomtone.peers()[0].peer.connection.getStats()
 *
 * @param {{ session: object, shell: ReturnType<typeof import('./shell.js').createShell> }} parts
 */
export function expose({ session, shell }) {
  if (!new URLSearchParams(window.location.search).has('debug')) return
  Object.defineProperty(window, 'roomtone', {
    configurable: true,
    value: {
      session,
      shell,
      get roomSession() {
        return shell.roomSession
      },
      get state() {
        return shell.roomSession?.state ?? null
      },
      people: () => shell.roomSession?.state.people ?? [],
      peers: () => shell.roomSession?.peers() ?? [],
      elements: () => shell.roomSession?.elements() ?? new Map(),
    },
  })
}
