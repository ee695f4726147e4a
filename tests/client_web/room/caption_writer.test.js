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
  const made = createCaptionWriter({ api, onRefusal: (problem) => refusals.push(problem.rule), pause: async () => {} })
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
  await me.answer('resolve', null)
  assert.deepEqual(me.written, ['+ good', 'eq.5 good morning.', '+ all'])
})

test('what got no answer is tried again, and what is refused is dropped', async () => {
  const me = writer()
  me.say('one', true)
  await me.answer('reject', unreachable())
  await me.answer('reject', refused('captions_are_rate_limited'))
  assert.deepEqual(me.written, ['+ one.', '+ one.', '+ one.'])
  await me.answer('reject', refused('captions_speaker_agrees'))
  assert.deepEqual(me.refusals, ['captions_speaker_agrees'])
  me.say('two', true)
  await settled()
  assert.deepEqual(me.written.slice(3), ['+ two.'])
})
