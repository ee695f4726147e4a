import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { LANGUAGES } from '../../../client_web/words/languages.js'
import { partsOf } from '../../../client_web/words/message.js'
import { CLIENT, sentencesOf, sources } from './sentences.js'

const OTHERS = Object.keys(LANGUAGES).filter((language) => language !== 'en')
const catalogues = OTHERS.map((language) => ({ language, ...JSON.parse(readFileSync(new URL(`words/${language}.json`, CLIENT), 'utf8')) }))
const found = sentencesOf()
const sentences = [...found.used.keys()]

/** Every gap of a sentence, those inside of choices included. @returns {import('../../../client_web/words/message.js').Gap[]} */
const gapsOf = (parts) => parts.flatMap((part) => (typeof part === 'string' ? [] : [part, ...Object.values(part.choices).flatMap(gapsOf)]))
/** `count: plural`; what is chosen by must not be only shown. */
const gapNames = (sentence) => [...new Set(gapsOf(partsOf(sentence)).map(({ name, kind }) => `${name}: ${kind}`))].sort()

test('every sentence of the page is in the catalogue, and is written where it is used', () => {
  assert.deepEqual(found.outside, [])
  assert.deepEqual(found.unread, [])
})

/* eslint-disable no-template-curly-in-string -- source of scripts */
test('a sentence outside of the catalogue is found', () => {
  const outside = (source, name = 'view/new.js') => sentencesOf([{ name, source }]).outside.length
  assert.equal(outside("element('p', { text: 'The room is full.' })"), 1)
  assert.equal(outside("element('p', { text: 'full' })"), 1)
  assert.equal(outside("say(words, full ? 'full' : inWords('free'))"), 1)
  assert.equal(outside("say(words, inWords('free {why}', { why: `because ${reason} is so` }))"), 1)
  assert.equal(outside("mark(button, 'aria-label', `Enter ${name}`)"), 1)
  assert.equal(outside("const TITLES = { full: 'The room is full' }"), 1)
  assert.equal(outside("element('p', { class: 'card card--full quiet', text: inWords('The room is full.') })"), 0)
  assert.equal(outside("throw new Error('the relay does not answer')", 'signaling/new.js'), 0)
  assert.equal(sentencesOf([{ name: 'view/new.js', source: 'inWords(text)' }]).unread.length, 1)
  const within = "inWords('{who}: {what}', { who, what: done || inWords('nothing yet') })"
  assert.deepEqual([...sentencesOf([{ name: 'view/new.js', source: within }]).used.keys()], ['{who}: {what}', 'nothing yet'])
})
/* eslint-enable no-template-curly-in-string */

test('every language has each sentence once, and no other', () => {
  for (const { language, sentences: translated, rules } of catalogues) {
    assert.deepEqual(sentences.filter((sentence) => !Object.hasOwn(translated, sentence)), [], `${language}: missing`)
    assert.deepEqual(Object.keys(translated).filter((sentence) => !found.used.has(sentence)), [], `${language}: unused`)
    assert.deepEqual(Object.entries({ ...translated, ...rules }).filter(([, text]) => !text.trim()).map(([key]) => key), [], `${language}: without a text`)
  }
})

test('every translation has the gaps of its sentence', () => {
  for (const { language, sentences: translated } of catalogues) {
    for (const [sentence, translation] of Object.entries(translated)) {
      assert.deepEqual(gapNames(translation), gapNames(sentence), `${language}: ${translation}`)
    }
  }
})

test('every choice by number has each form of its language', () => {
  const all = [...sentences.map((sentence) => ['en', sentence]), ...catalogues.flatMap(({ language, sentences: translated }) => Object.values(translated).map((sentence) => [language, sentence]))]
  for (const [language, sentence] of all) {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    for (const { kind, choices } of gapsOf(partsOf(sentence)).filter(({ kind }) => kind === 'plural')) {
      assert.deepEqual(Object.keys(choices).filter((form) => !form.startsWith('=')).sort(), [...forms].sort(), `${language}: ${kind} in ${sentence}`)
    }
  }
})

test('every value that a sentence gets is one of its gaps, and every gap gets a value', () => {
  for (const [sentence, call] of found.used) {
    const given = /,\s*\{(.*)\}\)$/su.exec(call)?.[1]
    if (given === undefined) assert.ok(gapNames(sentence).length === 0 || !call.endsWith("')"), `${call}: without values`)
    else for (const gap of gapsOf(partsOf(sentence))) assert.match(given, new RegExp(`\\b${gap.name}\\b|\\.\\.\\.`, 'u'), call)
  }
})

test('refusals are worded by rules and codes that exist, the same in every language', () => {
  const documented = readFileSync(new URL('../docs/errors.md', CLIENT), 'utf8')
  const own = sources().find(({ name }) => name === 'signaling/problem.js').source
  for (const { language, rules } of catalogues) {
    assert.deepEqual(Object.keys(rules), Object.keys(catalogues[0].rules), language)
    for (const rule of Object.keys(rules)) {
      const known = rule.startsWith('*') ? documented.includes(`${rule.slice(1)}\``) : documented.includes(`\`${rule}\``) || own.includes(`'${rule}'`) || /^(?:08|28000)$/u.test(rule)
      assert.ok(known, `${language}: ${rule}`)
    }
  }
})

/** Languages whose letters tell a forgotten translation. */
test('no sentence was left in English', () => {
  const same = new Set(['OK', 'Admin', 'Host', 'Co-Hosts', 'Chat', 'Live', 'Profil', 'Push', 'Polling', 'WebSocket', 'Server-Sent Events'])
  for (const { language, sentences: translated } of catalogues) {
    for (const [sentence, translation] of Object.entries(translated)) {
      if (translation === sentence) assert.ok(/^[^a-z]*$/iu.test(sentence.replaceAll(/\{\w+\}|\b(?:min|ms|s|h)\b/gu, '')) || (language === 'de' && (same.has(sentence) || /^(?:Clubs?|Name|Passkeys|Hosts?|Co-hosts|Chat|Admin|Live)$/u.test(sentence))), `${language}: ${sentence}`)
    }
  }
})
