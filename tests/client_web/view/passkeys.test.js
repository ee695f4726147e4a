/** Passkeys in words. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { PASSKEY_REFUSALS, useInWords, whyNoPasskeys } from '../../../client_web/view/passkeys/words.js'
import { problemInWords } from '../../../client_web/view/elements/problem_words.js'

test('a page says why passkeys do not work on it', () => {
  const page = { secure: true, hostname: 'talk.example', supported: true }
  assert.equal(whyNoPasskeys(page), null)
  assert.equal(whyNoPasskeys({ ...page, hostname: 'localhost' }), null)
  assert.equal(whyNoPasskeys({ secure: false, hostname: '192.168.1.2', supported: false }), 'insecure')
  assert.equal(whyNoPasskeys({ ...page, hostname: '127.0.0.1' }), 'address')
  assert.equal(whyNoPasskeys({ ...page, hostname: '[::1]' }), 'address')
  assert.equal(whyNoPasskeys({ ...page, supported: false }), 'unsupported')
})

test('what a browser refuses with has words', () => {
  for (const [code, words] of Object.entries(PASSKEY_REFUSALS)) assert.equal(problemInWords({ code, message: 'The operation either timed out or was not allowed.' }), words)
})

test('a passkey says when it was made and used', () => {
  const made = { created_at: '2026-11-27T12:00:00Z', last_used_at: null }
  assert.equal(useInWords(made), 'Made on 27 November 2026. Not used to sign in yet.')
  assert.equal(useInWords({ ...made, last_used_at: '2026-11-28T12:00:00Z' }), 'Made on 27 November 2026. Last used on 28 November 2026.')
})
