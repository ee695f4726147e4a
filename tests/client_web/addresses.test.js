/** The addresses of the relay: they stand in one module, which knows below which path the relay is served. */
import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

const CLIENT = new URL('../../client_web/', import.meta.url)
const ABSOLUTE = /(?<![\w\])])['"`]\/(?:[A-Za-z$'"`]|$)/u // a string that begins with a slash

/** @param {string} place  where the client's files are served @returns {Promise<typeof import('../../client_web/addresses.js')>} */
async function servedAt(place) {
  const folder = await mkdtemp(join(tmpdir(), 'addresses-'))
  try {
    await mkdir(join(folder, place), { recursive: true })
    await cp(new URL('addresses.js', CLIENT), join(folder, place, 'addresses.js'))
    const module = await import(pathToFileURL(join(folder, place, 'addresses.js')).href)
    assert.ok(module.ROOT.startsWith(folder))
    return { ...module, ROOT: module.ROOT.slice(folder.length) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('the path below which the relay is served is that of the files', async () => {
  assert.equal((await servedAt('client')).ROOT, '')
  assert.equal((await servedAt('client/0123456789ab')).ROOT, '')
  const { ROOT, HOME, addressOf, withoutRoot, storageName } = await servedAt('client/talk/client/0123456789ab')
  assert.equal(ROOT, '/client/talk')
  assert.equal(withoutRoot(addressOf(7)), '/rooms/7')
  assert.equal(withoutRoot(HOME), '/')
  for (const outside of ['/rooms/7', '/talkative', `${HOME.slice(0, -1)}ative/rooms/7`]) assert.equal(withoutRoot(outside), null)
  assert.notEqual(storageName('roomtone.token'), 'roomtone.token')
})

test('no other module contains an address of the relay', async () => {
  const names = await readdir(CLIENT, { recursive: true })
  const found = []
  for (const name of names.filter((each) => each.endsWith('.js') && each !== 'addresses.js')) {
    const lines = (await readFile(new URL(name, CLIENT), 'utf8')).split('\n')
    for (const line of lines) if (ABSOLUTE.test(line) && !/^\s*(?:\*|\/\/|\/\*\*)/u.test(line)) found.push(`${name}: ${line.trim()}`)
  }
  assert.deepEqual(found, [], 'take it from addresses.js')
})
