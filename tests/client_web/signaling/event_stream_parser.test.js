/** Reading `text/event-stream` from chunks of any size. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createEventStreamParser } from '../../../client_web/signaling/event_stream_parser.js'

function read(...chunks) {
  const seen = []
  const frames = createEventStreamParser({ onFrame: (one) => seen.push(one), onRetry: (retry) => seen.push({ retry }) })
  for (const chunk of chunks) frames.push(chunk)
  return seen
}

const frame = (type, data, id = null) => ({ type, data, id })

test('a frame has a type, data and an id', () => {
  assert.deepEqual(read('event: rooms\ndata: {}\nid: 1-7\n\n'), [frame('rooms', '{}', '1-7')])
})

test('a comment is not a frame', () => {
  assert.deepEqual(read(':\n\n: still here\n\ndata: x\n\n'), [frame('message', 'x')])
})

test('data of several lines is joined', () => {
  assert.deepEqual(read('data: a\ndata:\ndata:  b\n\n'), [frame('message', 'a\n\n b')])
})

test('a frame without an id does not inherit one', () => {
  assert.deepEqual(read('id: 1-7\ndata: a\n\nevent: hallway\ndata: b\n\n'), [frame('message', 'a', '1-7'), frame('hallway', 'b')])
})

test('retry is reported', () => {
  assert.deepEqual(read('retry: 1000\nretry: soon\n\n'), [{ retry: 1000 }])
})

test('an unfinished frame waits', () => {
  assert.deepEqual(read('data: a\n'), [])
})

for (const [name, end] of [['\\n', '\n'], ['\\r\\n', '\r\n'], ['\\r', '\r']]) {
  test(`any cut gives the same frames, with lines that end in ${name}`, () => {
    const text = `\ufeffevent: signals${end}data: α${end}id: 2-9${end}${end}data: b${end}${end}`
    const whole = [frame('signals', 'α', '2-9'), frame('message', 'b')]
    // The last line end of all may be half of a \r\n: something has to follow it.
    for (let cut = 0; cut < text.length; cut += 1) assert.deepEqual(read(text.slice(0, cut), text.slice(cut), ':'), whole)
    assert.deepEqual(read(...text, ':'), whole)
  })
}
