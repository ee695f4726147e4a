/**
 * In which order the hallway shows its rooms. Pure.
 *
 * Unattended, rooms with people in them come first. While a pointer or the focus is on the list nothing moves: cards change where they
 * are, new rooms queue up at the end of their section, and a room that ends stays as a closed door until the hand is gone.
 *
 * @typedef {{ row: object, section: 'followed'|'open', over: boolean }} Entry
 */

const sectionOf = (row) => (row.followed ? 'followed' : 'open')

/** @returns {Entry[]} live rooms first; otherwise in the order given */
export function settled(rows) {
  const entry = (row) => ({ row, section: sectionOf(row), over: false })
  return [...rows.filter((row) => row.here > 0), ...rows.filter((row) => row.here === 0)].map(entry)
}

/**
 * @param {Entry[]} shown  what is on the screen now
 * @returns {Entry[]} the same cards in the same places, with what is new about them
 */
export function held(shown, rows) {
  const known = new Map(rows.map((row) => [row.id, row]))
  const kept = shown.map((entry) => {
    const row = known.get(entry.row.id)
    return row ? { row, section: entry.section, over: false } : { ...entry, over: true }
  })
  const places = new Set(shown.map((entry) => entry.row.id))
  return [...kept, ...settled(rows).filter((entry) => !places.has(entry.row.id))]
}

/** Whether a room answers a search: by its name, club, topic, host or the people on its stage. */
export function answers(row, search) {
  const words = search.toLocaleLowerCase().split(/\s+/u).filter(Boolean)
  const told = [row.name, row.club, row.topic, row.host, ...(row.people ?? []).map((one) => one.username)]
  const text = told.filter(Boolean).join(' ').toLocaleLowerCase()
  return words.every((word) => text.includes(word))
}
