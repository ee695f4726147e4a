import assert from 'node:assert/strict'
import { test } from 'node:test'

import { whenOpened } from '../../../client_web/view/elements/when_opened.js'

function part() {
  /** @type {unknown[]} */ const said = []
  /** @type {unknown[]} */ const placed = []
  const element = /** @type {HTMLElement} */ (/** @type {unknown} */ ('an element'))
  const later = whenOpened(() => ({ element, update: (/** @type {number|null} */ now) => said.push(now), close: () => said.push('closed') }), (one) => placed.push(one))
  return { later, said, placed }
}

test('a part is built and put into the page once, when it is opened', () => {
  const { later, placed } = part()
  later.update(1)
  assert.deepEqual(placed, [])
  assert.equal(later.built(), later.built())
  assert.deepEqual(placed, ['an element'])
})

test('what it follows is kept until it is built: the latest, even if that is nothing', () => {
  const { later, said } = part()
  later.update(1)
  later.update(null)
  later.built()
  later.update(2)
  assert.deepEqual(said, [null, 2])
})

test('a part that was never opened needs no closing', () => {
  const { later, said } = part()
  later.close()
  later.built()
  later.close()
  assert.deepEqual(said, ['closed'])
})
