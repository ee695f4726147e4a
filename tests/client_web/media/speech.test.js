/** How the browser's recognition of speech is started, stopped and started again. The stand-in has the events of the Web Speech API. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'

import '../speech_stand_in.js'
import { createSpeech } from '../../../client_web/media/speech.js'

const { speech: browser } = globalThis
const [track, other] = [{ kind: 'audio', id: 'one' }, { kind: 'audio', id: 'other' }]
/** @type {ReturnType<typeof createSpeech>} */ let me
let words = []

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] })
  Object.assign(browser, { running: null, starts: 0 })
  words = []
  me = createSpeech({ lang: 'en', onWords: (text, final) => words.push(`${text}${final ? '.' : ''}`), onChange: () => {} })
})
afterEach(() => mock.timers.reset())

const waits = (ms) => mock.timers.tick(ms)

test('it hears the track of the room, and another one when that is replaced', () => {
  me.want(track)
  waits(0)
  assert.equal(browser.running.track, track)
  browser.running.hears('good', false)
  me.want(other)
  waits(250)
  assert.equal(browser.running.track, other)
  me.want(null)
  assert.equal(browser.running, null)
  assert.equal(me.state, 'off')
  assert.deepEqual(words, ['good', 'good.'])
})

test('after a lasting failure it waits for retry, and then for a track', () => {
  me.want(track)
  waits(0)
  browser.running.fails('not-allowed')
  me.want(null) // muted
  me.want(track)
  waits(60_000)
  assert.deepEqual([me.state, me.problem, browser.starts], ['failed', 'not-allowed', 1])
  me.want(null)
  me.retry()
  waits(60_000)
  assert.deepEqual([me.state, browser.starts], ['off', 1]) // nobody wants it
  me.want(track)
  waits(0)
  assert.deepEqual([me.state, browser.starts], ['listening', 2])
})

test('what was closed hears nothing more, and listens again when it is wanted again', () => {
  me.want(track) // closed before it starts
  me.close()
  waits(60_000)
  assert.equal(browser.starts, 0)
  me.want(track)
  waits(0)
  const first = browser.running
  first.hears('half a', false)
  me.close()
  assert.deepEqual([me.state, browser.running, words], ['off', null, ['half a']])
  me.want(track)
  waits(0)
  browser.running.hears('new', true)
  assert.deepEqual([me.state, words], ['listening', ['half a', 'new.']])
})

test('closed and wanted again before the browser says that it ended: nothing of before is given', () => {
  me.want(track)
  waits(0)
  const first = browser.running
  first.abort = () => {} // its events come later
  me.close()
  me.want(track)
  first.hears('late', false)
  first.fails('aborted')
  assert.deepEqual([words, me.problem], [[], null])
  waits(250)
  assert.deepEqual([me.state, browser.starts], ['listening', 2])
})

test('when another page aborts it, it says so, and comes again later and later', () => {
  me.want(track)
  waits(0)
  for (const pause of [500, 1000, 2000, 4000, 8000, 8000]) {
    const { starts } = browser
    browser.running.fails('aborted')
    assert.equal(me.problem, 'aborted')
    waits(pause - 1)
    assert.equal(browser.starts, starts)
    waits(1)
    assert.equal(browser.starts, starts + 1)
  }
  browser.running.hears('mine', true)
  assert.equal(me.problem, null)
})
