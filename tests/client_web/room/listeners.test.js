/** The list of those who listen in a counted room. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { MOST, NOTHING_LISTED, PAGE, createListeners, pageRequest, withPage } from '../../../client_web/room/listeners.js'
import { listenersOf, personNow } from '../../../client_web/room/people.js'
import { unreachable } from '../../../client_web/signaling/problem.js'
import { listedInWords, listeningInWords } from '../../../client_web/view/room/listener_words.js'
import { whoInWords } from '../../../client_web/view/people/person_words.js'

const row = (user_id) => ({ user_id, username: `guest ${user_id}`, kind: 'person', join_date: '2026-03-01T20:00:00Z', seq: user_id })
const rows = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => row(from + index))
const ids = ({ rows: listed }) => [listed[0]?.user_id, listed.at(-1)?.user_id, listed.length]

/** The roster of this many listeners, as the relay answers; a request that throws is refused. */
function roster(size, { refuse = () => false } = {}) {
  const asked = []
  return {
    asked,
    select: async (table, params) => {
      asked.push(params)
      if (refuse(params)) throw unreachable()
      const text = params.username?.slice('ilike.*'.length, -1) ?? ''
      const [compares, edge] = (params.seq ?? '').split('.')
      const found = rows(1, size).filter(({ username, seq }) => username.includes(text) && (compares !== 'gt' || seq > edge) && (compares !== 'lt' || seq < edge))
      return (params.order.includes('desc') ? found.reverse() : found).slice(0, params.limit)
    },
  }
}

test('a page is asked for by the place of the one beside it, and a search is text and no pattern', () => {
  const listed = rows(3, 5)
  assert.deepEqual(['start', 'later', 'earlier'].map((to) => pageRequest(to, '', listed).seq), [undefined, 'gt.5', 'lt.3'])
  assert.equal(pageRequest('earlier', '', listed).order, 'seq.desc')
  assert.equal(pageRequest('start', '', []).username, undefined)
  assert.equal(pageRequest('start', '50%_a*', []).username, 'ilike.*50\\%\\_a_*')
})

test('the list pages to its end and back, and keeps a bounded number of names', async () => {
  const { select, asked } = roster(620)
  const list = createListeners({ select, first: () => [], onChange() {} })
  await list.find('')
  assert.deepEqual([ids(list.state), list.state.earlier, list.state.later], [[1, 50, PAGE], false, true])
  while (list.state.later) await list.later()
  assert.deepEqual([ids(list.state), list.state.earlier], [[620 - MOST + 1, 620, MOST], true])
  while (list.state.earlier) await list.earlier()
  assert.deepEqual([ids(list.state), list.state.later], [[1, MOST, MOST], true])
  const count = asked.length
  await list.earlier()
  assert.equal(asked.length, count)
})

test('the snapshot has the first page, which is shown until its answer comes', async () => {
  const seen = []
  const list = createListeners({ select: roster(3).select, first: () => rows(1, 2), onChange: () => seen.push([list.state.phase, list.state.rows.length]) })
  await list.find('')
  assert.deepEqual(seen, [['loading', 2], ['ready', 3]])
})

test('only the answer to the newest search is shown', async () => {
  const { select } = roster(30)
  const held = []
  const list = createListeners({ select: (table, params) => new Promise((resolve) => held.push(() => resolve(select(table, params)))), first: () => [], onChange() {} })
  const both = [list.find('1'), list.find('17')]
  held[1]()
  held[0]()
  await Promise.all(both)
  assert.deepEqual([list.state.search, ids(list.state)], ['17', [17, 17, 1]])
})

test('a request that failed can be tried again, and no old names are shown as found', async () => {
  let broken = true
  const { select } = roster(120, { refuse: () => broken })
  const list = createListeners({ select, first: () => rows(1, 5), onChange() {} })
  await list.find('guest 12')
  assert.deepEqual([list.state.phase, list.state.rows.length], ['failed', 0])
  assert.match(listedInWords(list.state, 0), /^The names could not be loaded\. /u)
  broken = false
  await list.again()
  assert.deepEqual([list.state.phase, ids(list.state)], ['ready', [12, 120, 2]])
  await list.find('')
  broken = true
  await list.later()
  assert.deepEqual([list.state.phase, list.state.rows.length], ['failed', PAGE])
  broken = false
  await list.again()
  assert.deepEqual(ids(list.state), [1, 100, 100])
})

test('the listed names are read again in their place, and a search meanwhile is what counts', async () => {
  let size = 620
  const held = []
  let hold = false
  const select = async (table, params) => {
    if (hold) await new Promise((resolve) => held.push(resolve))
    const first = Number((params.seq ?? 'gte.1').slice(4))
    return params.seq?.startsWith('gte') ? rows(first, size).slice(0, params.limit) : roster(size).select(table, params)
  }
  const list = createListeners({ select, first: () => [], onChange() {} })
  await list.find('')
  while (list.state.later) await list.later()
  size = 625
  await list.refresh()
  assert.deepEqual([ids(list.state), list.state.earlier, list.state.later, list.state.phase], [[371, 620, MOST], true, true, 'ready'])
  hold = true
  const both = [list.refresh(), list.find('guest 7')]
  held.reverse().forEach((resolve) => resolve())
  await Promise.all(both)
  assert.deepEqual([list.state.search, ids(list.state)[0]], ['guest 7', 7])
  hold = false
  size = 7
  await list.refresh()
  assert.deepEqual([ids(list.state), list.state.later], [[7, 7, 1], false])
})

test('names that cannot be read again stay', async () => {
  let broken = false
  const list = createListeners({ select: roster(3, { refuse: () => broken }).select, first: () => [], onChange() {} })
  await list.find('')
  broken = true
  await list.refresh()
  assert.deepEqual([list.state.phase, ids(list.state)], ['ready', [1, 3, 3]])
})

test('who was removed is not listed any more', async () => {
  const list = createListeners({ select: roster(3).select, first: () => [], onChange() {} })
  await list.find('')
  list.forget(2)
  assert.deepEqual(list.state.rows.map(({ user_id }) => user_id), [1, 3])
})

test('who joined again, and is on a later page, too, is listed once', () => {
  const one = withPage(NOTHING_LISTED, 'start', rows(1, PAGE))
  const two = withPage(one, 'later', rows(PAGE, PAGE + 3))
  assert.deepEqual([ids(two), two.later], [[1, PAGE + 3, PAGE + 3], false])
})

test('the list has words for everything', () => {
  const at = (listed, shown = listed.rows?.length ?? 0) => listedInWords({ ...NOTHING_LISTED, phase: 'ready', ...listed }, shown)
  assert.equal(at({ phase: 'loading' }), 'Loading names…')
  assert.equal(at({ phase: 'loading', search: 'mo' }), 'Searching…')
  assert.equal(at({}), 'Nobody is listening at the moment.')
  assert.equal(at({ search: 'xyz' }), 'Nobody who is listening has “xyz” in their name.')
  assert.equal(at({ search: 'mo' }, 1), '1 person found.')
  assert.equal(at({ search: 'mo', later: true }, 50), 'More than 50 people found. Type more of the name.')
  assert.equal(at({}, 50), '')
  assert.equal(listeningInWords(2914), '2,914 listening')
})

const person = (user_id, fields = {}) => ({ user_id, username: `guest ${user_id}`, kind: 'person', role: 'AUDIENCE', on_stage: false, me: false, hand: null, invited: false, ...fields })

test('who is listed is shown as their seat is known, and not if they came to the stage', () => {
  const people = [person(2, { on_stage: true, role: 'SPEAKER' }), person(3, { invited: true })]
  assert.deepEqual(listenersOf({ rows: rows(1, 3) }, people).map(({ user_id, invited }) => [user_id, invited]), [[1, false], [3, true]])
})

test('who is not known any more is one of the counted audience, unless they left', () => {
  const room = { people: [], listeners: [], counted: true, seatEvents: [{ user_id: 2, kind: 'timeout' }, { user_id: 3, kind: 'role' }] }
  const gone = (state, user_id) => Boolean(personNow(state, person(user_id, { invited: true })).gone)
  assert.deepEqual([1, 2, 3].map((id) => gone(room, id)), [false, true, false])
  assert.equal(personNow(room, person(1, { invited: true })).invited, false)
  assert.equal(gone({ ...room, counted: false }, 1), true)
})

test('a lock screen names few and counts all', () => {
  const people = [person(1, { me: true }), person(2), person(3)]
  assert.equal(whoInWords(people), 'guest 2 and guest 3')
  assert.equal(whoInWords(people, 2914), 'guest 2, guest 3 and 2,911 others')
  assert.equal(whoInWords([person(1, { me: true })], 2914), '2,913 others')
  assert.equal(whoInWords([person(1, { me: true })]), 'Nobody else is here')
})
