const WHILE_HIDDEN = 250 // ms: frames stop in a hidden tab, but its title should stay up to date

/**
 * A function that runs `action` once before the next frame, however often it is called: forty people who join at once change the state
 * hundreds of times.
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
    if (document.hidden) setTimeout(now, WHILE_HIDDEN)
    else requestAnimationFrame(now)
  }
}
