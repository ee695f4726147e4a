import { ACCESS_TOKENS, SESSION, addressOfIssuer, storageName } from './addresses.js'
import { Problem, problemOf, unreachable, wholeBody } from './signaling/problem.js'

/**
 * The user who is signed in, in this tab.
 *
 * A sign-in belongs to the *tab*: its token is kept in sessionStorage and sent as a Bearer token, which the relay prefers to the cookie.
 * All tabs of a browser share one cookie. With the cookie alone, two tabs with two users (`?username=rick`, `?username=beth`) would both
 * be the one who signed in last.
 *
 * @typedef {{ id: number, username: string, kind: string, bio: string|null, site_moderator?: boolean }} User  site_moderator: moderates every room that they may see
 * @typedef {{ demo: boolean, passkeys: boolean, issuers: { name: string, title: string }[] }} SignIn  how people sign in here: by a name, by passkeys, at issuers
 * @typedef {{ seat: number, role: number }} Kept  for how many seconds seat and role are kept when the connection is lost: settings of the relay
 * @param {{ fetch?: typeof window.fetch, storage?: Storage, location?: { search: string } }} [options]
 */
export function createSession({ fetch = (url, init) => window.fetch(url, init), storage = window.sessionStorage, location = window.location } = {}) {
  const KEY = storageName('roomtone.token')
  /** @type {User|null} */ let user = null
  /** @type {SignIn|null} */ let ways = null // until the relay has answered for the first time
  /** @type {Kept|null} */ let kept = null // the same
  /** @type {string|null} */ let pushKey = null
  let token = storage.getItem(KEY)
  /** @type {Set<(session: { user: User|null }) => void>} */ const listeners = new Set()

  const changed = () => listeners.forEach((listener) => listener({ user }))

  /** @param {string|null} value */
  function keep(value) {
    token = value
    if (value) storage.setItem(KEY, value)
    else storage.removeItem(KEY)
  }

  /** window.fetch as this tab's user. @param {RequestInfo|URL} url @param {RequestInit} [init] */
  function authorized(url, init = {}) {
    const headers = new Headers(init.headers)
    if (token && !headers.has('Authorization')) headers.set('Authorization', `Bearer ${token}`)
    return fetch(url, { credentials: 'same-origin', ...init, headers })
  }

  /** @param {string} method @param {object} [body] @param {string} [url] */
  async function ask(method, body, url = SESSION) {
    let response
    try {
      response = await authorized(url, {
        method,
        headers: body ? { 'Content-Type': 'application/json' } : undefined,
        body: body && JSON.stringify(body),
      })
    } catch {
      throw unreachable()
    }
    if (!response.ok) throw await problemOf(response)
    return response.status === 204 ? null : wholeBody(response.json())
  }

  const session = {
    get user() {
      return user
    },
    /** Null as long as the relay has not answered. */
    get ways() {
      return ways
    },
    /** Known as soon as somebody is signed in. @returns {Kept} */
    get kept() {
      if (!kept) throw new Error('the relay has not said how long seats are kept')
      return kept
    },
    /** With which browsers subscribe to notifications; null where there are none. */
    get pushKey() {
      return pushKey
    },
    fetch: authorized,

    /**
     * A WebSocket as this tab's user. A page can set no header of it but the subprotocols, so the token is one of them: in the
     * address it would be written to logs and to the history. @param {string} path @returns {WebSocket}
     */
    connect(path) {
      const url = new URL(path, window.location.href)
      url.protocol = url.protocol.replace('http', 'ws')
      return new WebSocket(url, token ? ['roomtone', `bearer.${token}`] : ['roomtone'])
    },

    /** @param {(session: { user: User|null }) => void} listener */
    subscribe(listener) {
      listeners.add(listener)
      listener({ user })
      return () => listeners.delete(listener)
    },

    /** Signs in by `?username=` in the address, otherwise by this tab's token, otherwise by the cookie. @returns {Promise<User|null>} */
    async restore() {
      let answer
      try {
        answer = await ask('GET')
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 401 || !token) throw error
        keep(null) // an expired or revoked token: try with the cookie
        answer = await ask('GET')
      }
      ;({ user, kept } = answer)
      pushKey = answer.push ?? null
      ways = answer.sign_in ?? { demo: answer.demo, passkeys: false, issuers: [] } // a relay of release 0.1 beside this one
      const wanted = new URLSearchParams(location.search).get('username')?.trim()
      // Also if the cookie belongs to the same user: it may change in another tab.
      if (wanted && !(token && user && user.username.toLowerCase() === wanted.toLowerCase())) return session.signIn(wanted)
      changed()
      return user
    },

    /** Reads the user again: the name or the profile has changed. */
    async refresh() {
      const answer = await ask('GET')
      user = answer.user
      changed()
    },

    /** @param {string} username @returns {Promise<User>} */
    async signIn(username) {
      const previous = token
      token = null // as the new user, not as the one before
      let answer
      try {
        kept ??= (await ask('GET')).kept
        answer = await ask('POST', { username })
      } catch (problem) {
        token = previous
        throw problem
      }
      session.begin(answer)
      return answer.user
    },

    /** A step of making a passkey, or of signing in with one: see server/http/passkeys.py. @param {string} url @param {object} body */
    askPasskeys: (url, body) => ask('POST', body, url),

    /** A token by which a program acts as me. @param {string} name @param {number} days */
    makeToken: (name, days) => ask('POST', { name, days }, ACCESS_TOKENS),

    /** This tab is of the user who has signed in now. @param {{ user: User, token: string }} answer */
    begin(answer) {
      keep(answer.token)
      user = answer.user
      changed()
    },

    /** Leaves this page for the one of an issuer, which sends the browser back to `here`. @param {string} name @param {{ here: string, go: (address: string) => void }} where */
    signInAt(name, { here, go }) {
      keep(null) // what counts then is the cookie
      go(`${addressOfIssuer(name)}?return_to=${encodeURIComponent(here)}`)
    },

    /** @returns {Promise<string|null>}  where the session ends at its issuer, too */
    async signOut() {
      try {
        return (await ask('DELETE'))?.logout ?? null
      } finally {
        keep(null)
        user = null
        changed()
      }
    },
  }
  return session
}
