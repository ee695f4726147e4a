import assert from 'node:assert/strict'
import test from 'node:test'
import { isolated } from '../../../client_web/words/language.js'
import { languageFor, localeFor } from '../../../client_web/words/languages.js'
import { createFormatter, partsOf } from '../../../client_web/words/message.js'

const plain = (text) => text
const { format } = createFormatter('en', plain)

test('a sentence without gaps stays as it is', () => {
  assert.equal(format("You're here, 50 % # of it"), "You're here, 50 % # of it")
})

test('values fill their gaps, numbers as the language writes them', () => {
  assert.equal(format('{host} and {count} more', { host: 'amara', count: 12345 }), 'amara and 12,345 more')
  assert.equal(createFormatter('de', plain).format('{count}', { count: 12345 }), '12.345')
  assert.equal(createFormatter('ar-EG', plain).format('{count}', { count: 12 }), '١٢')
  assert.equal(format('[{nothing}] [{unknown}]', { nothing: null }), '[] []')
})

test('a number chooses a form, an exact number first', () => {
  const people = (count) => format('{count, plural, =0 {nobody} one {# person} other {# people}} here', { count })
  assert.deepEqual([0, 1, 2, 1234].map(people), ['nobody here', '1 person here', '2 people here', '1,234 people here'])
})

test('Arabic has six forms', () => {
  const forms = (count) => createFormatter('ar', plain).format('{count, plural, zero {z} one {o} two {t} few {f} many {m} other {x}}', { count })
  assert.equal([0, 1, 2, 3, 10, 11, 99, 100, 102, 103].map(forms).join(''), 'zotffmmxxf')
})

test('a word chooses, and choices are inside of choices', () => {
  const sentence = '{role, select, HOST {{count, plural, one {one of {name}} other {# of {name}}}} other {no #}}'
  assert.equal(format(sentence, { role: 'HOST', count: 1, name: 'rick' }), 'one of rick')
  assert.equal(format(sentence, { role: 'HOST', count: 3, name: 'rick' }), '3 of rick')
  assert.equal(format(sentence, { role: 'toString', count: 3, name: 'rick' }), 'no #')
})

test('an apostrophe before a brace quotes', () => {
  assert.equal(format("'{name}' is {name}'s", { name: 'x' }), "{name} is x's")
})

test('values are text, whatever is in them', () => {
  assert.equal(format('{name}: {body}', { name: '{body}', body: "# '{' }" }), "{body}: # '{' }")
})

test('what is put in keeps its direction to itself', () => {
  assert.equal(createFormatter('ar', (text) => `<${text}>`).format('{name} {count}', { name: 'rick', count: 1 }).replaceAll(/\d|[٠-٩]/gu, '1'), '<rick> 1')
})

for (const broken of ['{', '}', 'a } b', '{}', '{a b}', '{count, plural, one {x}}', '{count, plural, other {x}', '{count, plural other {x}}', '{a, date}', '{name']) {
  test(`"${broken}" cannot be read, and the error says so`, () => {
    assert.throws(() => partsOf(broken), (error) => error instanceof SyntaxError && error.message.endsWith(broken))
  })
}

test('the browser names languages, the page has the best of them', () => {
  assert.equal(languageFor(['fr-FR', 'de-AT', 'en']), 'de')
  assert.equal(languageFor(['AR-eg']), 'ar')
  assert.equal(languageFor(['fr', '']), 'en')
  assert.equal(languageFor(['constructor']), 'en')
  assert.equal(languageFor([]), 'en')
})

test('numbers and dates are those of the reader\'s country', () => {
  assert.equal(localeFor('de', ['en-US', 'de-AT', 'de']), 'de-AT')
  assert.equal(localeFor('ar', ['en-US']), 'ar')
  assert.equal(localeFor('en', ['en-GB']), 'en')
})

test('a link has no invisible marks, which would be copied with it', () => {
  assert.equal(isolated('https://example.org/rooms/1?\u05d0'), 'https://example.org/rooms/1?\u05d0')
  assert.equal(isolated('\u05d0'), '\u2068\u05d0\u2069')
})
