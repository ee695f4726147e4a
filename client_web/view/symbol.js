const SPRITE = '/client/icons/symbols.svg'
const SVG = 'http://www.w3.org/2000/svg'

/**
 * A symbol of the sprite, as ornament: the words beside it, or its button's name, say what it means.
 * @param {string} name  an id in icons/symbols.svg
 */
export function symbol(name) {
  const drawn = document.createElementNS(SVG, 'svg')
  drawn.setAttribute('class', 'symbol')
  drawn.setAttribute('viewBox', '0 0 24 24')
  drawn.setAttribute('aria-hidden', 'true')
  drawn.append(document.createElementNS(SVG, 'use'))
  redraw(drawn, name)
  return drawn
}

/** Turns a symbol into another, in place. */
export function redraw(drawn, name) {
  const address = `${SPRITE}#${name}`
  const use = drawn.firstElementChild
  if (use.getAttribute('href') !== address) use.setAttribute('href', address)
}
