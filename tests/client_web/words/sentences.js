// Finds the sentences of the client in its source: those that are put through `inWords`, and those that are not.
import { readFileSync, readdirSync } from 'node:fs'
import { parse } from 'espree'

export const CLIENT = new URL('../../../client_web/', import.meta.url)

/** Words of the page are made here. Everywhere else messages are for programs and their authors, and stay English. */
const WITH_WORDS = /^(?:app\.js$|app\/|lab\/|offline\/|view\/)/u

/** Strings that look like words and are none: names of keys and headers, states that the relay names, lists of classes and tags. */
const NO_WORDS = new Set([
  ...['Roomtone', 'Escape', 'Home', 'End', 'Meta', 'Esc', 'https://…', 'button, a', 'a, button, input, select, summary, textarea', 'input, textarea, select, [contenteditable]'],
  ...['input, textarea, select, [contenteditable], audio, video', "{FIELDS}, button, a, summary, [role='button'], [role='slider'], [role='tab'], [role='option'], [role='radio']"],
  ...['room ended', 'relay stopping', 'too slow', 'taken over', 'signed out', 'token expired', 'noopener noreferrer nofollow'],
  ...['Authorization', 'roomtone lab signaling --html report.html', 'select … from roomtone.relay_read($rooms, $heads)'],
  'select * from roster where room_id = {room_id};',
  "select * from signal_trace where room_id = {room_id} and '{name}' in (from_user, to_user);",
  "update participants set muted = not muted where room_id = {room_id} and user_id = (select id from users where username = '{actor.state.username}');",
  ...['1 hour', '1 day', '7 days', '30 days', 'translate({x}px, {y}px)', 'chat-notice chat-count', '{id}-hint {id}-refusal'],
])
const NO_WORDS_IN = ['class', 'className', 'href', 'type', 'name', 'autocomplete', 'role', 'id', 'for']
/** What is put here is read, however short it is. */
const READ_IN = ['text', 'aria-label', 'title', 'placeholder', 'label', 'about', 'yes', 'no', 'go', 'advice', 'headline', 'aria-valuetext']

export const sources = () =>
  readdirSync(CLIENT, { recursive: true }).map(String).filter((name) => name.endsWith('.js')).sort()
    .map((name) => ({ name, source: readFileSync(new URL(name, CLIENT), 'utf8') }))

const isSyntax = (node) => node !== null && typeof node === 'object' && typeof node.type === 'string'

/** Calls `visit(node, ancestors)` for each node; it returns true to leave out what is inside. */
function walk(node, visit, ancestors = []) {
  if (visit(node, ancestors)) return
  for (const value of Object.values(node)) for (const each of [value].flat()) if (isSyntax(each)) walk(each, visit, [...ancestors, node])
}

/** The text of a string; an expression in a template is in braces. */
function textOf(node, source) {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type !== 'TemplateLiteral') return null
  return node.quasis.map(({ value }, index) => value.cooked + (index < node.expressions.length ? `{${source.slice(...node.expressions[index].range)}}` : '')).join('')
}

const keyOf = (property) => property?.key.value ?? property?.key.name

function placeOf(ancestors) {
  const property = ancestors.findLast(({ type }) => type === 'Property')
  const between = ancestors.slice(ancestors.indexOf(property) + 1)
  return property && between.every(({ type }) => ['ConditionalExpression', 'LogicalExpression', 'TemplateLiteral'].includes(type)) ? keyOf(property) : null
}

/** What `say(target, …)` and `mark(target, 'aria-label', …)` get is read, too. */
function isSaid(node, ancestors) {
  const call = ancestors.findLast(({ type }) => type === 'CallExpression')
  const at = call?.arguments.findIndex((argument) => argument === node || ancestors.includes(argument))
  return (call?.callee.name === 'say' && at === 1) || (call?.callee.name === 'mark' && at === 2 && READ_IN.includes(call.arguments[1].value))
}

function isWords(node, ancestors, text) {
  const parent = ancestors.at(-1)
  const compared = (parent.type === 'BinaryExpression' && /[=!]==/u.test(parent.operator)) || (parent.type === 'SwitchCase' && parent.test === node)
  if (parent.type === 'ImportDeclaration' || parent.type === 'MemberExpression' || compared || (parent.type === 'Property' && parent.key === node && !parent.computed)) return false
  const place = placeOf(ancestors)
  const named = place === 'name' && /^[A-Z].*[a-z]/u.test(text) // an attribute, or what a choice is called
  if ((NO_WORDS_IN.includes(place) && !named) || NO_WORDS.has(text)) return false
  const outside = text.replaceAll(/\{[^}]*\}/gu, ' ')
  if (/^[\w -]*(?:__|--)[\w -]*$/u.test(outside) || /^\s*(?:[a-z-]+ )?button\s*$/u.test(outside)) return false // classes
  const isShort = READ_IN.includes(place) || isSaid(node, ancestors)
  return isShort ? /[a-zA-Z]{2}/u.test(outside) : /[\w’',.]+ [A-Za-z]/u.test(outside) || /^[A-Z][a-z]+[.…?!]?$/u.test(text)
}

/** @returns {{ used: Map<string, string>, unread: string[], outside: string[] }} sentences with where they are used; calls that no test can read; words outside of the catalogue */
export function sentencesOf(files = sources()) {
  const used = new Map()
  const [unread, outside] = [[], []]
  for (const { name, source } of files) {
    const covered = WITH_WORDS.test(name)
    const at = (node) => `${name}:${node.loc.start.line}: ${source.slice(...node.range)}`
    walk(parse(source, { ecmaVersion: 'latest', sourceType: 'module', range: true, loc: true }), visit)
    function visit(node, ancestors) {
      if (node.type !== 'CallExpression' || node.callee.name !== 'inWords') {
        outsideOf(node, ancestors)
        return false
      }
      const [sentence, values] = node.arguments
      if (sentence.type === 'Literal' || (sentence.type === 'TemplateLiteral' && !sentence.expressions.length)) used.set(textOf(sentence, source), at(node))
      else unread.push(at(node))
      if (values) walk(values, visit, [...ancestors, node]) // which may be sentences, too
      return true
    }
    function outsideOf(node, ancestors) {
      if (ancestors.some(({ type, callee, arguments: given }) => type === 'CallExpression' && callee.name === 'inWords' && given[0] === node)) return
      const text = covered && textOf(node, source)
      if (text && isWords(node, ancestors, text)) outside.push(at(node))
    }
  }
  return { used, unread, outside }
}
