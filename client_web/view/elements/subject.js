/**
 * Words about one subject, such as what was refused in a room, are cleared when another subject is shown.
 * @param {() => void} clear
 * @returns {(...subject: (string|number|undefined)[]) => void}  to call with what is shown now, before its words are written
 */
export function clearOnNewSubject(clear) {
  /** @type {string|null} */ let shown = null
  return (...subject) => {
    const latest = subject.join()
    if (shown !== null && latest !== shown) clear()
    shown = latest
  }
}
