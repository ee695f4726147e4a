// Brings the catalogues up to date: `node tests/client_web/words/update.js [new language]`. Sentences that are new get an empty text,
// which the tests refuse until somebody has translated it; those that are no longer used go away.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { CLIENT, sentencesOf } from './sentences.js'

const FOLDER = new URL('words/', CLIENT)
const sentences = [...sentencesOf().used.keys()].sort()
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
const read = (name) => (existsSync(new URL(name, FOLDER)) ? JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) : { sentences: {}, rules: {} })
const rules = Object.keys(read(names[0]).rules)

for (const name of new Set([...names, ...process.argv.slice(2).map((language) => `${language}.json`)])) {
  const old = read(name)
  const filled = (keys, texts) => Object.fromEntries(keys.map((key) => [key, texts[key] ?? '']))
  const made = { sentences: filled(sentences, old.sentences), rules: filled(rules, old.rules) }
  writeFileSync(new URL(name, FOLDER), `${JSON.stringify(made, null, 2)}\n`)
  console.log(`${name}: ${Object.values(made).flatMap(Object.values).filter((text) => !text).length} without a text`)
}
