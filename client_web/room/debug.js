/**
 * A handle for people who teach WebRTC from the console, and for the tests: with `?debug` in the page's address, and only then,
 * `roomtone` is the shell, the room session, its state, and the connections themselves:
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
