const SPRITE = new URL('../../icons/symbols.svg', import.meta.url)
const SVG = 'http://www.w3.org/2000/svg'

/**
 * Loads all symbols into the page at the start: the one for "reconnecting" is needed when nothing can be loaded.
 */
async function loadSymbols() {
  const answer = await fetch(SPRITE)
  const sprite = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml').documentElement
  sprite.setAttribute('class', 'visually-hidden')
  sprite.setAttribute('aria-hidden', 'true')
  document.body.append(document.importNode(sprite, true))
}

// Without symbols the page still has all its texts.
loadSymbols().catch(() => {})

/**
 * A symbol. It is only decoration: the text beside it or the name of its button has its meaning.
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

/** Symbols that point along the line, as reading does. */
const POINTING = new Set(['back', 'leave', 'send'])

/** Changes a symbol into another. @param {Element} drawn @param {string} name */
export function redraw(drawn, name) {
  const address = `#symbol-${name}`
  const use = drawn.firstElementChild
  if (use?.getAttribute('href') === address) return
  use?.setAttribute('href', address)
  drawn.classList.toggle('symbol--pointing', POINTING.has(name))
}
