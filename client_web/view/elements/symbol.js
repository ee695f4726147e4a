const SPRITE = new URL('../../icons/symbols.svg', import.meta.url)
const SVG = 'http://www.w3.org/2000/svg'

/** @type {Set<string>} */ const used = new Set() // the ids of the symbols in the page
/** @type {Document|null} */ let all = null
/** @type {Element|null} */ let sprite = null // those that are used

/** Loads all symbols at the start: the one for "reconnecting" is needed when nothing can be loaded. */
async function loadSymbols() {
  const answer = await fetch(SPRITE)
  all = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml')
  sprite = document.body.appendChild(document.createElementNS(SVG, 'svg'))
  sprite.setAttribute('hidden', '')
  used.forEach(show)
}

/** Puts a symbol into the page, as soon as it is loaded. @param {string} id */
function show(id) {
  const one = all?.getElementById(id)
  if (one) sprite?.append(document.importNode(one, true))
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
  const id = `symbol-${name}`
  const use = drawn.firstElementChild
  if (use?.getAttribute('href') === `#${id}`) return
  if (!used.has(id)) show(id)
  used.add(id)
  use?.setAttribute('href', `#${id}`)
  drawn.classList.toggle('symbol--pointing', POINTING.has(name))
}
