/**
 * Creates a DOM element. Text is only set as text, never as HTML; styles are only set by the CSSOM, as the page's
 * Content-Security-Policy requires.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {{text?: string, on?: Record<string, (event: any) => void>, [attribute: string]: any}} [properties]
 *   `text`, `on` (listeners; `any`: the type of the event depends on its name), and attributes of all types; false and null leave an attribute out, true gives it no value
 * @param {...(Node|string|null|undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag)
  const { text, on, ...attributes } = properties
  for (const [name, value] of Object.entries(attributes)) mark(made, name, value)
  for (const [type, listener] of Object.entries(on ?? {})) made.addEventListener(type, listener)
  if (text !== undefined) made.textContent = text
  made.append(...children.filter((child) => child !== null && child !== undefined))
  return made
}

/** Sets or removes an attribute, only if it changes: screen readers notice every change of the document. @param {Element} target @param {string} name @param {unknown} value */
export function mark(target, name, value) {
  if (value === false || value === null || value === undefined) {
    if (target.hasAttribute(name)) target.removeAttribute(name)
    return
  }
  const text = value === true ? '' : String(value)
  if (target.getAttribute(name) !== text) target.setAttribute(name, text)
}

/** Sets the text of an element, only if it changes. @param {Node|null} target @param {string} text */
export function say(target, text) {
  if (target && target.textContent !== text) target.textContent = text
}
