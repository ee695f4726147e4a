/**
 * One DOM element. Text, from people or from us, only ever goes in as text; styles only through the CSSOM, as the page's
 * Content-Security-Policy wants it.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {{text?: string, on?: Record<string, (event: any) => void>, [attribute: string]: any}} [properties]
 *   `text`, `on` (listeners), and attributes; false and null leave an attribute out, true gives it no value
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

/** Sets or removes an attribute, touching the document only when something changes: a screen reader hears every touch. @param {Element} target @param {string} name @param {unknown} value */
export function mark(target, name, value) {
  if (value === false || value === null || value === undefined) {
    if (target.hasAttribute(name)) target.removeAttribute(name)
    return
  }
  const text = value === true ? '' : String(value)
  if (target.getAttribute(name) !== text) target.setAttribute(name, text)
}

/** Sets the text of an element, touching the document only when it changes. @param {Node|null} target @param {string} text */
export function say(target, text) {
  if (target && target.textContent !== text) target.textContent = text
}
