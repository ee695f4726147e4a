/**
 * Keeps the screen on while I am in a room: a phone that goes to sleep stops the microphone. The browser releases the lock whenever the
 * page is hidden (W3C Screen Wake Lock, section 4), so it is requested again when the page is visible again.
 *
 * @param {{ wakeLock?: WakeLock|null, page?: Document }} [options]
 */
export function createScreenWakeLock({ wakeLock = navigator.wakeLock ?? null, page = document } = {}) {
  let wanted = false
  let asking = false
  /** @type {WakeLockSentinel|null} */ let lock = null

  async function take() {
    if (!wakeLock || !wanted || asking || lock || page.visibilityState !== 'visible') return
    asking = true
    try {
      const taken = await wakeLock.request('screen')
      if (wanted) {
        lock = taken
        taken.addEventListener('release', () => {
          if (lock === taken) lock = null
        })
      } else {
        taken.release()
      }
    } catch {
      // Refused, for example with a low battery: then the screen may turn off.
    } finally {
      asking = false
    }
  }

  page.addEventListener('visibilitychange', take)
  return {
    get held() {
      return lock !== null
    },
    /** @param {boolean} wish  whether the screen should stay awake */
    setWanted(wish) {
      if (wish === wanted) return
      wanted = wish
      if (wanted) take()
      else lock?.release()
    },
  }
}
