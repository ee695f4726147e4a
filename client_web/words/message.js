/**
 * Sentences with gaps: a part of ICU MessageFormat (https://unicode-org.github.io/icu/userguide/format_parse/messages/). Pure.
 *
 * `{name}`, `{count, plural, =0 {nobody} one {# person} other {# people}}`, `{role, select, HOST {the host} other {a listener}}`. An
 * apostrophe is one; before a brace it begins text that is not read, which ends at the next apostrophe: `'{'`.
 *
 * @typedef {string|Gap} Part
 * @typedef {{ name: string, kind: 'value'|'plural'|'select', choices: Record<string, Part[]> }} Gap
 * @typedef {Record<string, string|number|null>} Values  by the names of the gaps
 */

const START = /^\s*(\w+)\s*(?:,\s*(plural|select)\s*,)?/u
const CHOICE = /^\s*(=\d+|\w+)\s*\{/u

/** @type {Map<string, Part[]>} The page has a limited number of sentences. */
const read = new Map()

/** A sentence as parts. Throws SyntaxError, with the sentence, if it cannot be read. @param {string} sentence */
export function partsOf(sentence) {
  let parts = read.get(sentence)
  if (!parts) {
    const { parts: found, rest } = partsUntil(sentence, sentence)
    if (rest) throw unreadable(sentence)
    read.set(sentence, (parts = found))
  }
  return parts
}

const unreadable = (/** @type {string} */ sentence) => new SyntaxError(`this sentence cannot be read: ${sentence}`)

/** Parts up to a closing brace that no part opened, or the end. @param {string} text @param {string} sentence @returns {{ parts: Part[], rest: string }} */
function partsUntil(text, sentence) {
  /** @type {Part[]} */
  const parts = []
  let plain = ''
  let rest = text
  while (rest && rest[0] !== '}') {
    const quoted = rest[0] === "'" ? /^'([{}#][^']*)(?:'|$)/u.exec(rest) : null
    if (quoted) [plain, rest] = [plain + quoted[1], rest.slice(quoted[0].length)]
    else if (rest[0] === '{') {
      if (plain) parts.push(plain)
      const { gap, rest: after } = gapAtStart(rest.slice(1), sentence)
      parts.push(gap)
      ;[plain, rest] = ['', after]
    } else [plain, rest] = [plain + rest[0], rest.slice(1)]
  }
  if (plain) parts.push(plain)
  return { parts, rest }
}

/** @param {string} text  after the opening brace @param {string} sentence @returns {{ gap: Gap, rest: string }} */
function gapAtStart(text, sentence) {
  const [all, name, kind = 'value'] = START.exec(text) ?? []
  if (!all || !name) throw unreadable(sentence)
  let rest = text.slice(all.length)
  /** @type {Gap['choices']} */
  const choices = Object.create(null) // a choice may have any name
  for (let choice = CHOICE.exec(rest); kind !== 'value' && choice; choice = CHOICE.exec(rest)) {
    const { parts, rest: after } = partsUntil(rest.slice(choice[0].length), sentence)
    if (after[0] !== '}') throw unreadable(sentence)
    choices[choice[1]] = parts
    rest = after.slice(1)
  }
  rest = rest.trimStart()
  if (rest[0] !== '}' || (kind !== 'value' && !choices.other)) throw unreadable(sentence)
  return { gap: { name, kind: /** @type {Gap['kind']} */ (kind), choices }, rest: rest.slice(1) }
}

/** How a language writes what is put into gaps. @param {string} locale  BCP 47 @param {(text: string) => string} isolated  for text of unknown direction */
export function createFormatter(locale, isolated) {
  const rules = new Intl.PluralRules(locale)
  const numbers = new Intl.NumberFormat(locale)

  /** @param {Part[]} parts @param {Values} values @param {string} count  of the nearest plural @returns {string} */
  function joined(parts, values, count) {
    return parts.map((part) => (typeof part === 'string' ? part.replaceAll('#', count) : filled(part, values, count))).join('')
  }

  /** @param {Gap} gap @param {Values} values @param {string} count */
  function filled({ name, kind, choices }, values, count) {
    const value = values[name]
    if (kind === 'select') return joined(choices[String(value)] ?? choices.other, values, count)
    if (kind === 'plural') return joined(choices[`=${value}`] ?? choices[rules.select(Number(value))] ?? choices.other, values, numbers.format(Number(value)))
    return typeof value === 'number' ? numbers.format(value) : isolated(value ?? '')
  }

  return { numbers, format: (/** @type {string} */ sentence, /** @type {Values} */ values = {}) => joined(partsOf(sentence), values, '#') }
}
