import { move, vanish } from './motion.js'

/** What had the focus is removed: the room, or what else around it can have the focus, gets it. @param {HTMLElement} list */
function focusAround(list) {
  /** @type {HTMLElement|null} */ const around = list.closest('[tabindex]')
  around?.focus({ preventScroll: true })
}

/**
 * Keeps the children of a list equal to data. An item keeps its element, and with it the focus. New elements grow, removed ones fade, and
 * others move to their new places.
 *
 * @template T
 * @template {{ element: HTMLElement, update: (item: T) => void }} V
 * @param {HTMLElement} list
 * @param {{ key: (item: T) => string|number, create: (item: T) => V, fades?: boolean }} how
 *   `fades: false` removes elements at once, for lists that are filtered
 * @returns {{ update: (items: readonly T[]) => void, get: (key: string|number) => V|undefined }}
 */
export function keyed(list, { key, create, fades = true }) {
  /** @type {Map<string, V>} */ const made = new Map()
  let first = true

  /** @param {readonly T[]} items */
  function update(items) {
    if (unchanged(items)) {
      for (const item of items) made.get(String(key(item)))?.update(item)
      return
    }
    const before = first ? new Map() : places(made)
    const wanted = new Set(items.map((item) => String(key(item))))
    for (const [id, one] of made) {
      if (wanted.has(id)) continue
      made.delete(id)
      if (one.element.contains(document.activeElement)) focusAround(list)
      if (!fades) {
        one.element.remove()
        continue
      }
      vanish(one.element, (remove) => {
        const stood = places(made)
        remove()
        glide(made, stood)
      })
    }
    /** @type {Element|null} */ let after = null
    for (const item of items) {
      const id = String(key(item))
      let one = made.get(id)
      made.delete(id) // set again below: the map keeps the order shown
      if (!one) {
        one = create(item)
        one.element.setAttribute('data-key', id)
        if (!first) move(one.element, [{ opacity: 0, transform: 'scale(0.85)' }, { opacity: 1, transform: 'none' }])
      }
      made.set(id, one)
      one.update(item)
      const here = following(after, list)
      if (here !== one.element) list.insertBefore(one.element, here)
      after = one.element
    }
    glide(made, before)
    first = items.length === 0 && made.size === 0
  }

  /** Whether the items and their order are the same, as they nearly always are: nothing has to be measured or moved. @param {readonly T[]} items */
  function unchanged(items) {
    if (items.length !== made.size) return false
    let index = 0
    for (const id of made.keys()) {
      if (id !== String(key(items[index]))) return false
      index += 1
    }
    return true
  }

  return { update, get: (id) => made.get(String(id)) }
}

/** The next sibling that is not being removed. @param {Element|null} sibling @param {Element} list */
function following(sibling, list) {
  let next = /** @type {HTMLElement|null} */ (sibling ? sibling.nextElementSibling : list.firstElementChild)
  while (next && next.inert && !next.hasAttribute('data-key')) next = /** @type {HTMLElement|null} */ (next.nextElementSibling)
  return next
}

/** @param {Map<string, { element: Element }>} made */
function places(made) {
  return new Map([...made].map(([id, one]) => [id, one.element.getBoundingClientRect()]))
}

/**
 * Animates elements from their old places to their new ones. Elements outside of the screen are not animated.
 * @param {Map<string, { element: Element }>} made @param {Map<string, DOMRect>} before
 */
function glide(made, before) {
  for (const [id, one] of made) {
    const was = before.get(id)
    if (!was || !was.width) continue
    const is = one.element.getBoundingClientRect()
    const [x, y] = [was.left - is.left, was.top - is.top]
    if ((x || y) && is.top < innerHeight && is.bottom > 0) move(one.element, [{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }])
  }
}
