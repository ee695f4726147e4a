/** The user of a tab. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createSession } from '../../client_web/session.js'

const DEMO = { demo: true, passkeys: false, issuers: [] }
const RICK = { id: 1, username: 'rick', kind: 'person', bio: null }

/** A session with a relay that answers like this, and the requests it got. */
function sessionWith(answers) {
  const asked = []
  const kept = new Map()
  const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name) }
  const fetch = async (_, { method }) => {
    asked.push(method)
    return answers[method]()
  }
  return { session: createSession({ fetch, storage, location: { search: '' } }), asked }
}

test('how people sign in, and how long seat and role are kept, is what the relay says, and nothing else', async () => {
  const { session } = sessionWith({ GET: () => Response.json({ user: RICK, sign_in: DEMO, kept: { seat: 3, role: 40 } }) })
  assert.throws(() => session.kept)
  await session.restore()
  assert.deepEqual([session.kept, session.ways], [{ seat: 3, role: 40 }, DEMO])
})

test('a user who signs in after the relay gave no answer learns it before', async () => {
  let answers = 0
  const { session, asked } = sessionWith({
    GET: () => ((answers += 1) === 1 ? Response.json({}, { status: 503 }) : Response.json({ user: null, sign_in: DEMO, kept: { seat: 3, role: 40 } })),
    POST: () => Response.json({ user: RICK, token: 'a token' }),
  })
  await assert.rejects(session.restore())
  await session.signIn('rick')
  assert.deepEqual([session.user, session.kept, asked], [RICK, { seat: 3, role: 40 }, ['GET', 'GET', 'POST']])
})
