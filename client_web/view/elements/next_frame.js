const WHILE_HIDDEN = 250 // ms: nobody looks, but the title and the seats should not be long out of date

/**
 * Does something once before the next frame, however often it is asked for: forty people who join at once change the state hundreds of
 * times, and the screen sixty times a second at most.
 * @param {() => void} action
 */
export function onceBeforeNextFrame(action) {
  let due = false
  const now = () => {
    due = false
    action()
  }
  return () => {
    if (due) return
    due = true
    // Frames stop in a hidden tab.
    if (document.hidden) setTimeout(now, WHILE_HIDDEN)
    else requestAnimationFrame(now)
  }
}
