const SPRITE = new URL('../../icons/symbols.svg', import.meta.url)
const SVG = 'http://www.w3.org/2000/svg'

/**
 * The sprite moves into the page once: a symbol fetched when it is first needed would be missing just then, for the one that says
 * "reconnecting" is needed when nothing can be fetched.
 */
async function bring() {
  const answer = await fetch(SPRITE)
  const sprite = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml').documentElement
  sprite.setAttribute('class', 'visually-hidden')
  sprite.setAttribute('aria-hidden', 'true')
  document.body.append(document.importNode(sprite, true))
}

// Without the sprite the page has words everywhere, only fewer pictures.
bring().catch(() => {})

/**
 * A symbol of the sprite, as ornament: the words beside it, or its button's name, say what it means.
 * @param {string} name  an id in icons/symbols.svg
 * @param {string} [viewBox]
 */
export function symbol(name, viewBox = '0 0 24 24') {
  const drawn = document.createElementNS(SVG, 'svg')
  drawn.setAttribute('class', 'symbol')
  drawn.setAttribute('viewBox', viewBox)
  drawn.setAttribute('aria-hidden', 'true')
  drawn.append(document.createElementNS(SVG, 'use'))
  redraw(drawn, name)
  return drawn
}

/** Turns a symbol into another, in place. @param {Element} drawn @param {string} name */
export function redraw(drawn, name) {
  const address = `#symbol-${name}`
  const use = drawn.firstElementChild
  if (use?.getAttribute('href') !== address) use?.setAttribute('href', address)
}
