import { createRows } from '../signaling/rows.js'
import { ruleOf } from '../signaling/problem.js'
import { createOwnTokens } from '../view/access_tokens/own.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { inWords } from '../words/language.js'

/**
 * @import { AccessToken } from '../view/access_tokens/own.js'
 * @import { Credential } from '../view/people/page.js'
 */

/**
 * Access tokens for programs: making one, and my own ones.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 * @param {{ confirm: (about: string) => Promise<boolean> }} passkeys
 * @returns {Credential}
 */
export function createAccessTokens(context, passkeys) {
  const { session } = context
  const rows = createRows({ fetch: session.fetch })
  const own = whenOpened(() => createOwnTokens({
    all: async () => /** @type {AccessToken[]} */ (/** @type {unknown} */ (await rows.select('access_tokens', { select: 'jti,name,created_at,expires_at', order: 'created_at,jti' }))),
    most: async () => Number(await rows.rpc('access_token_days')),
    make,
    revoke: (token) => context.ask({
      title: inWords('Revoke “{name}”?', { name: token.name }), about: inWords('The program that uses it can do nothing as you any more.'), yes: inWords('Revoke'), danger: true,
      action: () => rows.remove('access_tokens', { jti: `eq.${token.jti}` }),
    }),
  }))

  /** Who signed in long ago signs in again first. @param {string} name @param {number} days */
  async function make(name, days) {
    try {
      return await session.makeToken(name, days)
    } catch (problem) {
      if (ruleOf(problem) !== 'access_tokens_need_a_recent_sign_in' || !(await signInAgain())) throw problem
      return session.makeToken(name, days)
    }
  }

  /** As the same user, where that is possible without leaving the page. */
  async function signInAgain() {
    const { user, ways } = session
    if (user && ways?.demo) return session.signIn(user.username).then(() => true, () => false)
    return passkeys.confirm(inWords('You signed in a while ago. Use a passkey that you have, then the token is made.'))
  }

  return {
    title: inWords('Access tokens'),
    offered: () => session.ways !== null && (session.ways.demo || session.ways.passkeys || session.ways.issuers.length > 0),
    show: () => context.attempt(() => own.built().open()),
  }
}
