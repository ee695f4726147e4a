/** The chat's pure functions: which messages are shown, links, and texts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { NEWEST, indicesOf, pageDown, keptRange, pageUp } from '../../../client_web/view/chat/visible_range.js'
import { isLong, isOnlyEmoji, lengthInWords, messagesInWords, reactionsInWords, secondsInWords } from '../../../client_web/view/chat/words.js'
import { cutLinks } from '../../../client_web/view/elements/links.js'

test('the range of shown messages stays small and moves by a page', () => {
  let messages = Array.from({ length: 1000 }, (_, index) => ({ id: index + 1 }))
  let range = NEWEST
  const moves = { pageUp, pageDown, keptRange, said: (all, same) => (same === NEWEST ? same : keptRange(all, same)) }
  const seen = ['said', 'keptRange', 'pageUp', 'pageUp', 'said', 'pageDown', 'pageDown'].map((move) => {
    if (move === 'said') messages = [...messages, { id: messages.length + 1 }]
    range = moves[move](messages, range)
    const { start, end } = indicesOf(messages, range)
    return [start + 1, end]
  })
  assert.deepEqual(seen, [
    [702, 1001], // the newest three hundred
    [702, 1001], // further up: it stands
    [652, 951],
    [602, 901],
    [602, 901], // what comes does not move it
    [652, 951],
    [702, 1001],
  ])
})

/** @type {[string, [href: string, label: string][]][]} */
const LINKS = [
  ['see https://a.example/b?c=d#e.', [['https://a.example/b?c=d#e', 'a.example/b…']]],
  ['(https://a.example/tea_(meal))', [['https://a.example/tea_(meal)', 'a.example/tea_(meal)']]],
  ['http://a.example, https://b.example!', [['http://a.example/', 'a.example'], ['https://b.example/', 'b.example']]],
  ['https://bank.example@evil.example/x', [['https://bank.example@evil.example/x', 'evil.example/x']]],
  ['https://аpple.example', [['https://xn--pple-43d.example/', 'xn--pple-43d.example']]],
  ['https://a.example/%D7%AA%D7%94', [['https://a.example/%D7%AA%D7%94', 'a.example/תה']]],
  ['https://a.example/%E2%80%AEgpj', [['https://a.example/%E2%80%AEgpj', 'a.example/%E2%80%AEgpj']]],
  ['javascript:alert(1) data:text/html,x mailto:a@b.example ftp://a.example', []],
  ["javascript:alert('https://a.example')", [['https://a.example/', 'a.example']]],
  ['https:// https://[ http://:80', []],
  ['see www.tea.example/menu, or www.', [['https://www.tea.example/menu', 'www.tea.example/menu']]],
  ['WWW.Tea.Example a@www.tea.example awww.tea.example', [['https://www.tea.example/', 'www.tea.example']]],
  ['https://not%20a%20link/', []],
  ['<a href="https://a.example">', [['https://a.example/', 'a.example']]],
  ['nothttps://a.example', []],
]
for (const [text, links] of LINKS) {
  test(`only the web is linked, and shown as where it leads: ${text}`, () => {
    assert.deepEqual(cutLinks(text).filter((part) => typeof part !== 'string').map(({ href, label }) => [href, label]), links)
  })
}

test('several reactions or messages are one sentence', () => {
  const by = (username, emoji) => ({ username, emoji, body: `hello from ${username}` })
  assert.equal(reactionsInWords([by('amara', '👏'), by('lior', '👏'), by('amara', '❤️')]), 'Applause and a heart from amara and lior.')
  assert.equal(reactionsInWords(['a', 'b', 'c', 'd'].map((name) => by(name, '🔥'))), 'Fire from 4 people.')
  assert.equal(messagesInWords([by('amara')], true), 'amara: hello from amara')
  assert.equal(messagesInWords([by('amara'), by('lior')], false), '2 new messages from amara and lior.')
  assert.deepEqual([1700, 1999, 2013].map(lengthInWords), ['', '1 character left', '13 characters too many'])
  assert.deepEqual([125, 9].map(secondsInWords), ['2 min 5 s', '9 s'])
  assert.deepEqual(['short', 'x'.repeat(701), 'x\n'.repeat(20)].map(isLong), [false, true, true])
  assert.deepEqual(['👏', '👩🏽‍🚀 🇩🇪', '123', '👏👏👏👏', 'ok 👏'].map(isOnlyEmoji), [true, true, false, false, false])
})
