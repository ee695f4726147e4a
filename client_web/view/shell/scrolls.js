const KEPT = 50 // entries

/**
 * The scroll position of each entry of the history, restored by Back.
 * @param {() => Element|null} scroller  what scrolls on the page shown now
 */
export function createScrolls(scroller) {
  const tops = new Map()
  return {
    /** @param {string} entry  the entry that is left */
    keep(entry) {
      const top = scroller()?.scrollTop ?? 0
      tops.delete(entry)
      tops.set(entry, top)
      if (tops.size > KEPT) tops.delete(tops.keys().next().value)
    },
    /** @param {string} entry  the entry that is shown; a new one begins at the top */
    restore(entry) {
      const target = scroller()
      if (target) target.scrollTop = tops.get(entry) ?? 0
    },
  }
}
