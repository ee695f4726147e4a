/** My hand: what I want, while requests get no answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createConsent } from '../../../client_web/room/consent.js'
import { unreachable } from '../../../client_web/signaling/problem.js'

const LISTENER = { peer_id: 'p', role: 'AUDIENCE', muted: true, hand_raised_at: null, invited_to_speak_at: null }

/** A listener whose requests are answered one by one. */
function listener(onRequest = () => {}) {
  const written = []
  const shown = []
  let answer
  const consent = createConsent({
    api: {
      changeSeat({ hand_raised_at }) {
        written.push(Boolean(hand_raised_at))
        return new Promise((resolve, reject) => {
          answer = { resolve, reject }
          onRequest(answer)
        })
      },
    },
    microphone: { open: async () => null, close() {} },
    allowed: async () => false,
    onChange: () => shown.push(consent.handWish),
  })
  consent.observe(LISTENER)
  return { consent, written, shown, resolve: () => answer.resolve(), lose: () => answer.reject(unreachable()) }
}

test('a hand lowered without a connection is lowered also if the lost request had raised it, and its event comes later', async () => {
  const { consent, written, resolve, lose } = listener()
  const up = consent.raiseHand()
  lose()
  await up
  const down = consent.lowerHand()
  lose()
  await down
  assert.equal(consent.handWish, false)
  const back = consent.resume()
  consent.observe({ ...LISTENER, hand_raised_at: '2026-01-01T00:00:00Z' })
  resolve()
  await back
  assert.deepEqual([written, consent.handWish], [[true, false, false], null])
})

test('a wish is sent once, however often the connection is reported', async () => {
  const { consent, written, resolve, lose } = listener()
  const up = consent.raiseHand()
  lose()
  await up
  const back = consent.resume()
  await consent.resume()
  resolve()
  await back
  await consent.resume()
  assert.deepEqual(written, [true, true])
})

test('an answer that comes after the event of its row is shown, too', async () => {
  const { consent, shown, resolve, lose } = listener()
  const up = consent.raiseHand()
  lose()
  await up
  const back = consent.resume()
  consent.observe({ ...LISTENER, hand_raised_at: '2026-01-01T00:00:00Z' })
  resolve()
  await back
  assert.deepEqual(shown, [true, null])
})

test('the answer to an earlier wish does not end a later one, which waits for the connection', async () => {
  const answers = []
  const { consent, lose } = listener((answer) => answers.push(answer))
  const up = consent.raiseHand()
  const down = consent.lowerHand()
  answers[0].resolve()
  await up
  assert.equal(consent.handWish, false)
  lose()
  await down
  assert.equal(consent.handWish, false)
})
