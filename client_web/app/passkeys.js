import { PASSKEYS, PASSKEY_CREATION, PASSKEY_REQUEST, PASSKEY_SIGN_IN } from '../addresses.js'
import { createRows } from '../signaling/rows.js'
import { Problem, ruleOf } from '../signaling/problem.js'
import { createOwnPasskeys } from '../view/passkeys/own.js'
import { WAITING, whyNoPasskeys } from '../view/passkeys/words.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { inWords } from '../words/language.js'

/**
 * @import { Credential } from '../view/people/page.js'
 * @import { Passkey } from '../view/passkeys/own.js'
 */

const RECOVERY = '#recover='

/**
 * Passkeys: making one, signing in with one, and my own ones.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function createPasskeys(context) {
  const { session } = context
  const rows = createRows({ fetch: session.fetch })
  const own = whenOpened(() => createOwnPasskeys({
    all: async () => /** @type {Passkey[]} */ (/** @type {unknown} */ (await rows.select('passkeys', { select: 'id,name,created_at,last_used_at', order: 'id' }))),
    add: addOwn,
    remove: (passkey) => context.ask({
      title: inWords('Remove “{name}”?', { name: passkey.name }), about: inWords('You can no longer sign in with it. Delete it on your device, too.'), yes: inWords('Remove'), danger: true,
      action: () => rows.remove('passkeys', { id: `eq.${passkey.id}` }),
    }),
  }))

  /** Why passkeys do not work on this page; null if they do. */
  const unavailable = () => whyNoPasskeys({
    secure: window.isSecureContext,
    hostname: location.hostname,
    supported: typeof globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON === 'function',
  })

  /** Runs what asks the authenticator; what the browser refuses becomes a Problem. @template T @param {() => Promise<T>} asking @returns {Promise<T>} */
  async function asked(asking) {
    try {
      return await asking()
    } catch (error) {
      if (error instanceof DOMException) throw new Problem({ code: `passkey_${error.name}`, message: error.message })
      throw error
    }
  }

  async function signIn(/** @type {AbortSignal} */ signal) {
    const { publicKey } = await session.askPasskeys(PASSKEY_REQUEST, {})
    const signed = /** @type {PublicKeyCredential} */ (await asked(() => navigator.credentials.get({ signal, publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })))
    session.begin(await session.askPasskeys(PASSKEY_SIGN_IN, { credential: signed.toJSON() }))
  }

  /** A further passkey. Who signed in long ago uses one that they have first. @param {string} name @param {AbortSignal} signal */
  async function addOwn(name, signal) {
    try {
      await create({}, name, signal)
    } catch (problem) {
      if (ruleOf(problem) !== 'passkeys_need_a_recent_sign_in') throw problem
      if (!(await confirm(inWords('You signed in a while ago. Use a passkey that you have, then the new one is made.')))) throw problem
      await create({}, name, signal)
    }
  }

  /** Signs in again with a passkey; whether that was the same user. @param {string} about */
  async function confirm(about) {
    const id = session.user?.id
    if (!session.ways?.passkeys || unavailable()) return false
    return (await context.ask({ title: inWords('Is it you?'), about, yes: inWords('Use a passkey'), waiting: WAITING, action: signIn })) && session.user?.id === id
  }

  /** @param {{ username?: string, secret?: string }} what  an account of this name, by a recovery link, or a further passkey @param {string} name @param {AbortSignal} [signal] */
  async function create(what, name, signal) {
    const { publicKey } = await session.askPasskeys(PASSKEY_CREATION, what)
    const made = /** @type {PublicKeyCredential} */ (await asked(() => navigator.credentials.create({ signal, publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })))
    session.begin(await session.askPasskeys(PASSKEYS, { credential: made.toJSON(), name }))
  }

  return {
    unavailable,
    createAccount: (/** @type {string} */ username, /** @type {AbortSignal} */ signal) => create({ username }, inWords('First passkey'), signal),
    signIn,
    confirm,
    /** After a recovery link was opened. Its secret is in the fragment, which no server and no Referer sees; it leaves the address here. */
    async recover() {
      if (!location.hash.startsWith(RECOVERY)) return
      const secret = location.hash.slice(RECOVERY.length)
      history.replaceState(history.state, '', location.pathname + location.search)
      await context.ask({
        title: inWords('Back to your account'), about: inWords('Make a new passkey on this device, and you are signed in. The link that you opened counts once.'), yes: inWords('Make a passkey'),
        waiting: WAITING, action: (signal) => create({ secret }, inWords('Recovered'), signal),
      })
    },
    /** @type {Credential} */
    credential: { title: inWords('Passkeys'), offered: () => session.ways?.passkeys ?? false, show: () => context.attempt(() => own.built().open(unavailable())) },
  }
}
