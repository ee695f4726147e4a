/**
 * When the network may have changed under a connection: it came back, it became another one, or the page is seen again (a laptop woke).
 *
 * @param {{ onNetwork: () => void, onVisible: () => void }} options  onNetwork: what was open is surely dead
 */
export function createNetworkChanges({ onNetwork, onVisible }) {
  const information = /** @type {{ connection?: EventTarget & { type?: string } }} */ (navigator).connection
  let type = information?.type

  function onVisibility() {
    if (document.visibilityState === 'visible') onVisible()
  }

  /** `change` also fires for every new estimate of the speed; only another kind of network is another network. */
  function onInformation() {
    if (information?.type === type) return
    type = information?.type
    if (navigator.onLine) onNetwork()
  }

  return {
    open() {
      window.addEventListener('online', onNetwork)
      document.addEventListener('visibilitychange', onVisibility)
      information?.addEventListener?.('change', onInformation)
    },
    close() {
      window.removeEventListener('online', onNetwork)
      document.removeEventListener('visibilitychange', onVisibility)
      information?.removeEventListener?.('change', onInformation)
    },
  }
}
