/** How what I say becomes rows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createCaptionWriter } from '../../../client_web/room/caption_writer.js'
import { Problem, unreachable } from '../../../client_web/signaling/problem.js'

const settled = () => new Promise((resolve) => setImmediate(resolve))
const refused = (rule) => Object.assign(new Problem({ status: 400 }), { rule })

/** A writer whose requests are answered one by one, and whose pauses are over at once. */
function writer() {
  const [written, refusals, answers] = [[], [], []]
  const request = (what) => new Promise((resolve, reject) => {
    written.push(what)
    answers.push({ resolve, reject })
  })
  const api = {
    insert: (_table, { text, final }) => request(`+ ${text}${final ? '.' : ''}`),
    rows: { update: (_table, { text, final }, { id }) => request(`${id} ${text}${final ? '.' : ''}`) },
  }
  const made = createCaptionWriter({ api, onRefusal: (problem) => refusals.push(problem?.rule ?? null), pause: async () => {} })
  const answer = async (how, value) => {
    answers.shift()[how](value)
    await settled()
  }
  return { ...made, written, refusals, answer }
}

test('one request at a time, in which only the newest words of a caption wait', async () => {
  const me = writer()
  me.say('good', false)
  me.say('good mor', false)
  me.say(' good\nmorning ', true)
  me.say('all', false)
  assert.deepEqual(me.written, ['+ good'])
  await me.answer('resolve', [{ id: 5 }])
  await me.answer('resolve', [{ id: 5 }])
  assert.deepEqual(me.written, ['+ good', 'eq.5 good morning.', '+ all'])
})

test('what came too fast is tried again, and what is refused is dropped and shown', async () => {
  const me = writer()
  me.say('one', true)
  await me.answer('reject', refused('captions_are_rate_limited'))
  assert.deepEqual(me.written, ['+ one.', '+ one.'])
  await me.answer('reject', refused('captions_are_limited_in_number'))
  assert.deepEqual(me.refusals, ['captions_are_limited_in_number'])
  me.say('two', true)
  await settled()
  assert.deepEqual(me.written.slice(2), ['+ two.'])
  await me.answer('resolve', [{ id: 5 }])
  assert.equal(me.refusals.at(-1), null)
})

test('an INSERT without an answer may have been written: only the words after it follow, while a correction is sent again', async () => {
  const me = writer()
  me.say('good', false)
  me.say('good morning', false)
  await me.answer('reject', unreachable())
  assert.deepEqual(me.written, ['+ good', '+ morning'])
  await me.answer('resolve', [{ id: 6 }])
  me.say('good morning all', true)
  await settled()
  await me.answer('reject', unreachable())
  assert.deepEqual(me.written.slice(2), ['eq.6 morning all.', 'eq.6 morning all.'])
  await me.answer('resolve', [{ id: 6 }])
  me.say('all of it', true)
  await settled()
  await me.answer('reject', unreachable())
  assert.equal(me.written.length, 5)
})

test('after words that were taken back, those that follow in the same sentence are another caption', async () => {
  const me = writer()
  me.say('my number is', false)
  await me.answer('resolve', [{ id: 5 }])
  me.say('my number is secret', false)
  await settled()
  await me.answer('resolve', []) // 0 rows
  await me.answer('resolve', [{ id: 6 }])
  me.say('my number is secret but', false)
  await settled()
  await me.answer('resolve', [{ id: 6 }])
  me.say('my number is secret but good', true)
  await settled()
  await me.answer('resolve', []) // again
  assert.deepEqual(me.written, ['+ my number is', 'eq.5 my number is secret', '+ secret', 'eq.6 secret but', 'eq.6 secret but good.', '+ good.'])
  await me.answer('resolve', [{ id: 7 }])
  me.say('new', true)
  await settled()
  assert.deepEqual(me.written.slice(6), ['+ new.'])
})

test('a long caption is cut between words, and a long word between characters', async () => {
  const me = writer()
  me.say(`${'a'.repeat(490)} b, 😀 words`, true)
  me.say('𠮷'.repeat(501), true)
  me.say('a'.repeat(501), true)
  for (const id of [1, 2, 3]) await me.answer('resolve', [{ id }])
  assert.deepEqual(me.written, [`+ ${'a'.repeat(490)} b, 😀.`, `+ ${'𠮷'.repeat(500)}.`, `+ ${'a'.repeat(500)}.`])
})

/** What is taken back, what is said then, and what of it is written. */
for (const [taken, said, rest] of [
  ['我的密码是', '我的密码是秘密，但是今天天气很好', '秘密，但是今天天气很好'],
  ['私の番号は', '私の番号は秘密です。', '秘密です。'],
  ['รหัสของฉัน', 'รหัสของฉันเป็นความลับ', 'เป็นความลับ'],
]) {
  test(`words are counted also where no spaces are written: ${said}`, async () => {
    const me = writer()
    me.say(taken, false)
    await me.answer('resolve', [{ id: 5 }])
    me.say(said, false)
    await settled()
    await me.answer('resolve', []) // 0 rows
    assert.deepEqual(me.written, [`+ ${taken}`, `eq.5 ${said}`, `+ ${rest}`])
  })
}
