/**
 * Notices when the network may have changed: it is back, it is another one, or the page is visible again (after sleep).
 *
 * @param {{ onNetwork: () => void, onVisible: () => void }} options  onNetwork: open connections no longer work
 */
export function createNetworkChanges({ onNetwork, onVisible }) {
  const information = /** @type {{ connection?: EventTarget & { type?: string } }} */ (navigator).connection
  let type = information?.type

  function onVisibility() {
    if (document.visibilityState === 'visible') onVisible()
  }

  /** `change` also fires for every new estimate of the speed; only another type is another network. */
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
