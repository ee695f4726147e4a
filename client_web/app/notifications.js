import { HOME, workerFor } from '../addresses.js'
import { createMemory } from '../media/memory.js'
import { createRows } from '../signaling/rows.js'
import { Problem } from '../signaling/problem.js'
import { createOwnNotifications } from '../view/notifications/own.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { inWords, locale } from '../words/language.js'

/**
 * @import { Credential } from '../view/people/page.js'
 * @import { NotificationState } from '../view/notifications/words.js'
 */

/**
 * Notifications while the page is closed (W3C Push API), and the service worker that shows them. The browser is asked for permission only after a click.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function createNotifications(context) {
  const { session } = context
  const rows = createRows({ fetch: session.fetch })
  const memory = createMemory('roomtone.notifications') // who switched them on here: { user: id }
  /** @type {Promise<ServiceWorkerRegistration|undefined>} */ let registered = Promise.resolve(undefined)
  const own = whenOpened(() => createOwnNotifications({ state, unwanted, turn: (on) => (on ? switchOn() : switchOff()), want }))

  const areOn = () => session.user !== null && memory.recall().user === session.user.id
  // A click on a notification may come while the rest of the page is still loading. The worker opens the page itself without an answer.
  navigator.serviceWorker?.addEventListener('message', ({ data, ports }) => {
    if (typeof data?.open !== 'string') return
    context.route.go(data.open)
    ports[0]?.postMessage(true)
  })

  /** The id of this browser's row. Its endpoint is a secret, so no address has it. @param {PushSubscription} subscription */
  async function idOf(subscription) {
    const mine = await rows.select('push_subscriptions', { select: 'id,endpoint' })
    return mine.find(({ endpoint }) => endpoint === subscription.endpoint)?.id
  }

  /** @returns {Promise<NotificationState>} */
  async function state() {
    const worker = await registered
    if (!worker?.pushManager || typeof Notification !== 'function') return 'unsupported'
    if (Notification.permission === 'denied') return 'blocked'
    const subscription = await worker.pushManager.getSubscription()
    return subscription && (await idOf(subscription)) ? 'on' : 'off'
  }

  async function unwanted() {
    return new Set((await rows.select('unwanted_pushes', { select: 'kind' })).map(({ kind }) => String(kind)))
  }

  /** @param {string} kind @param {boolean} wanted */
  async function want(kind, wanted) {
    await rows.remove('unwanted_pushes', { kind: `eq.${kind}` }) // another tab may have switched it off already
    if (!wanted) await rows.insert('unwanted_pushes', { kind }, { representation: false })
  }

  /** Who refuses the permission sees it in the state. */
  async function switchOn() {
    const worker = await registered
    if (!worker?.pushManager || (await Notification.requestPermission()) !== 'granted') return
    const { endpoint, keys } = (await subscribed(worker.pushManager)).toJSON()
    await rows.insert('push_subscriptions', { endpoint: endpoint ?? '', p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' }, { representation: false })
    memory.keep({ user: session.user?.id })
  }

  async function subscribed(/** @type {PushManager} */ manager) {
    await navigator.serviceWorker.ready
    const options = { userVisibleOnly: true, applicationServerKey: session.pushKey }
    try {
      return await manager.subscribe(options)
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      const other = error.name === 'InvalidStateError' ? await manager.getSubscription() : null
      if (!other) throw new Problem({ code: `push_${error.name}`, message: error.message })
      await other.unsubscribe() // it has the key of a database that was here before
      return manager.subscribe(options)
    }
  }

  async function switchOff() {
    memory.keep({})
    const worker = await navigator.serviceWorker?.getRegistration(HOME) // the one of an earlier visit: who signs out does not wait for `registered`
    const subscription = await worker?.pushManager?.getSubscription()
    if (!subscription) return
    try {
      const id = await idOf(subscription)
      if (id) await rows.remove('push_subscriptions', { id: `eq.${id}` })
    } finally {
      await subscription.unsubscribe() // also where the relay is not reached: its push service then refuses what is sent
    }
  }

  /** A subscription that the browser or the database has lost is made again. */
  async function renew() {
    if (areOn() && session.pushKey && Notification.permission === 'granted' && (await state()) === 'off') await switchOn()
  }

  return {
    /** @type {Credential} */ credential: { title: inWords('Notifications'), offered: () => session.pushKey !== null, show: () => context.attempt(() => own.built().open()) },
    /** Whether this browser shows my notifications while the page is closed. */
    areOn,
    /** The browser asks for permission, unless it has been answered. Without its push service only pages that are open notify. */
    async offer() {
      if (typeof Notification !== 'function' || Notification.permission !== 'default') return
      if (session.pushKey && (await registered)?.pushManager) await switchOn().catch(() => {})
      else await Notification.requestPermission()
    },
    /** This browser is notified of nothing more: its user signs out. */
    end: () => (areOn() ? switchOff().catch(() => {}) : Promise.resolve()),
    start() {
      if (!navigator.serviceWorker) return
      registered = navigator.serviceWorker.register(workerFor(locale), { scope: HOME, updateViaCache: 'none' }).catch(() => undefined) // such as in a private window
      session.subscribe(() => void renew().catch(() => {}))
    },
  }
}
