const KEPT = 50 // pages one may go back to

/**
 * Where each page was scrolled to, by its entry in the history: Back finds it as one left it.
 * @param {() => Element|null} scroller  what scrolls on the page shown now
 */
export function createScrolls(scroller) {
  const tops = new Map()
  return {
    /** @param {string} entry  the entry that is being left */
    keep(entry) {
      const top = scroller()?.scrollTop ?? 0
      tops.delete(entry)
      tops.set(entry, top)
      if (tops.size > KEPT) tops.delete(tops.keys().next().value)
    },
    /** @param {string} entry  the entry one came back to; a new one begins at the top */
    restore(entry) {
      const target = scroller()
      if (target) target.scrollTop = tops.get(entry) ?? 0
    },
  }
}
