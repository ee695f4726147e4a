/**
 * A part of the page, such as a dialog, that is built when it is first opened, as most never are.
 * @template {{ element: HTMLElement, update?: (now: any) => void, close?: () => void }} T  `any`: each gets a value of its own
 * @param {() => T} create
 * @param {(element: HTMLElement) => void} [place]  where it stands in the page; a dialog at its end, where nothing hides parts of it
 */
export function whenOpened(create, place = (element) => document.body.append(element)) {
  /** @type {T|null} */ let part = null
  /** @type {Parameters<NonNullable<T['update']>>|null} */ let latest = null

  return {
    /** The part itself, to open it. */
    built() {
      if (part) return part
      part = create()
      place(part.element)
      if (latest) part.update?.(latest[0])
      return part
    },
    /** What it follows; the latest is kept until it is built. @param {Parameters<NonNullable<T['update']>>} now */
    update(...now) {
      latest = now
      part?.update?.(now[0])
    },
    close: () => part?.close?.(),
  }
}
