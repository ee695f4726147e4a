/**
 * Keeps the screen awake while I am in a room: a phone that falls asleep takes the microphone with it. The browser takes the lock away
 * whenever the page is hidden (W3C Screen Wake Lock, section 4), so it is asked for again when the page is seen again.
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
      // A low battery may refuse it; the room goes on, only the screen sleeps.
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
