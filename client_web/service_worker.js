import { pushInWords } from './view/notifications/push_words.js'
import { directionOf, isolatedIn, languageFor } from './words/languages.js'
import { createFormatter } from './words/message.js'

/**
 * The service worker: it shows push messages, opens the page that they are about, and says that one is offline. All else comes from the network
 * each time, so no old code is ever shown: what is kept is the page that says so, with its style sheet, its script and the sentences, of the version and in the language that are in
 * the worker's address.
 *
 * @import { PushMessage } from './view/notifications/push_words.js'
 * @typedef {Event & { waitUntil: (task: Promise<unknown>) => void, respondWith: (answer: Promise<Response>) => void, request: Request, data: { json: () => any }|null, notification: Notification }} WorkerEvent
 * @typedef {{ url: string, focused: boolean, focus: () => Promise<unknown>, navigate: (address: string) => Promise<unknown>, postMessage: (message: unknown, ports: MessagePort[]) => void }} PageWindow
 */

/** TypeScript's types of workers contradict those of pages. */
const worker = /** @type {any} */ (globalThis)
/** Where the relay is, with its slash. @type {string} */
const HERE = worker.registration.scope
const OFFLINE = new URL('offline', HERE).href
const asked = new URL(worker.location.href).searchParams
const VERSION = asked.get('v') ?? ''
const LOCALE = asked.get('lang') ?? 'en'
const LANGUAGE = languageFor([LOCALE])
/** The sentences that are not English; null: they are. */
const SENTENCES = LANGUAGE === 'en' ? null : new URL(`client/${VERSION}/words/${LANGUAGE}.json`, HERE).href
const CACHE = `${HERE} ${VERSION} ${LANGUAGE}`
const ANSWER_WITHIN_MS = 1000

/** @param {string} type @param {(event: WorkerEvent) => void} listener */
const on = (type, listener) => worker.addEventListener(type, listener)

on('install', (event) => event.waitUntil(install()))
on('activate', (event) => event.waitUntil(activate()))
on('fetch', (event) => {
  const { request } = event
  if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => kept(OFFLINE)))
  else if (/\boffline\b.index\.\w+$|\bwords\/\w+\.json$/u.test(request.url)) event.respondWith(fetch(request).catch(() => kept(request.url)))
})
on('push', (event) => event.waitUntil(show(event.data?.json())))
on('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data?.path ?? ''))
})

async function install() {
  const page = await fetch(OFFLINE, { cache: 'reload' })
  if (!page.ok || page.redirected) throw new Error(`no offline page: ${page.status}`) // such as the sign-in of a proxy
  const needs = [...(await page.clone().text()).matchAll(/(?:href|src)="([^"]+\/offline\/[^"]+)"/gu)].map(([, address]) => address)
  const cache = await caches.open(CACHE)
  await cache.put(OFFLINE, page)
  await cache.addAll(SENTENCES ? [...needs, SENTENCES] : needs)
  await worker.skipWaiting()
}

/** Other relays of this host, at other paths, have caches of their own. */
async function activate() {
  for (const name of await caches.keys()) if (name.startsWith(`${HERE} `) && name !== CACHE) await caches.delete(name)
  await worker.clients.claim()
}

/** @param {string} address */
const kept = async (address) => (await (await caches.open(CACHE)).match(address)) ?? Response.error()

/** How sentences are written in the reader's language. @returns {Promise<Parameters<typeof pushInWords>[1]>} */
async function words() {
  const { format } = createFormatter(LOCALE, (text) => isolatedIn(LANGUAGE, text))
  const answer = SENTENCES ? await kept(SENTENCES) : null
  const { sentences } = answer?.ok ? await answer.json() : { sentences: {} }
  return (english, values) => format(sentences[english] ?? english, values)
}

/** Browsers want each message to be shown. Who looks at the page has the news there: they hear nothing, and it is closed at once. */
async function show(/** @type {PushMessage} */ message) {
  const { title, body } = pushInWords(message, await words())
  const tag = message.kind === 'followed' ? `followed ${message.by}` : `${message.kind} ${message.path}` // a newer one takes the place of the older
  const silent = (await pages()).some(({ focused }) => focused)
  await worker.registration.showNotification(title, { body, tag, silent, lang: LANGUAGE, dir: directionOf(LANGUAGE), icon: new URL('client/icons/app-192.png', HERE).href, data: { path: message.path } })
  if (silent) for (const notice of await worker.registration.getNotifications({ tag })) notice.close()
}

/** In a page that is open, which may have a room in it, without loading it again unless it does not answer; otherwise in a new one. @param {string} path */
async function open(path) {
  const address = new URL(path, HERE)
  if (!address.href.startsWith(HERE)) return
  const [page] = await pages()
  const anew = () => worker.clients.openWindow(address.href)
  if (!page) return void (await anew())
  const goes = answered(page, { open: address.pathname })
  await page.focus().catch(() => {}) // the browser may not allow it
  if (!(await goes)) await page.navigate(address.href).catch(anew)
}

/** Whether the page answers in time: it may be loading, or be one that does not listen. @param {PageWindow} page @param {unknown} message @returns {Promise<boolean>} */
function answered(page, message) {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.addEventListener('message', () => resolve(true), { once: true })
    port1.start()
    setTimeout(resolve, ANSWER_WITHIN_MS, false)
    page.postMessage(message, [port2])
  }).finally(() => port1.close())
}

/** @returns {Promise<PageWindow[]>} */
async function pages() {
  const all = /** @type {PageWindow[]} */ (await worker.clients.matchAll({ type: 'window' }))
  return all.filter(({ url }) => !url.startsWith(`${HERE}lab`))
}
