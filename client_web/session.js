import { Problem, problemOf, unreachable } from './signaling/problem.js'

/**
 * Who this tab is.
 *
 * A sign-in made here belongs to the *tab*: its token lives in sessionStorage and travels as a Bearer token, which the relay
 * prefers to the cookie. The cookie is one per browser, so two tabs that are two people (`?username=rick`, `?username=beth`) would
 * otherwise steal each other's identity at the next request.
 *
 * @typedef {{ id: number, username: string, kind: string, bio: string|null }} User
 * @param {{ fetch?: typeof window.fetch, storage?: Storage, location?: { search: string } }} [options]
 */
export function createSession({ fetch = (url, init) => window.fetch(url, init), storage = window.sessionStorage, location = window.location } = {}) {
  const KEY = 'roomtone.token'
  /** @type {User|null} */ let user = null
  let demo = false
  let token = storage.getItem(KEY)
  /** @type {Set<(session: { user: User|null, demo: boolean }) => void>} */ const listeners = new Set()

  const changed = () => listeners.forEach((listener) => listener({ user, demo }))

  /** @param {string|null} value */
  function keep(value) {
    token = value
    if (value) storage.setItem(KEY, value)
    else storage.removeItem(KEY)
  }

  /** window.fetch as this tab's person. @param {RequestInfo|URL} url @param {RequestInit} [init] */
  function authorized(url, init = {}) {
    const headers = new Headers(init.headers)
    if (token && !headers.has('Authorization')) headers.set('Authorization', `Bearer ${token}`)
    return fetch(url, { credentials: 'same-origin', ...init, headers })
  }

  /** @param {string} method @param {object} [body] */
  async function ask(method, body) {
    let response
    try {
      response = await authorized('/session', {
        method,
        headers: body ? { 'Content-Type': 'application/json' } : undefined,
        body: body && JSON.stringify(body),
      })
    } catch {
      throw unreachable()
    }
    if (!response.ok) throw await problemOf(response)
    return response.status === 204 ? null : response.json()
  }

  const session = {
    get user() {
      return user
    },
    get demo() {
      return demo
    },
    fetch: authorized,

    /**
     * A WebSocket as this tab's person. A browser sets no header there but the subprotocols, so the token is one of them, where no
     * log and no history sees it as they would in the address. @param {string} path @returns {WebSocket}
     */
    connect(path) {
      const url = new URL(path, window.location.href)
      url.protocol = url.protocol.replace('http', 'ws')
      return new WebSocket(url, token ? ['roomtone', `bearer.${token}`] : ['roomtone'])
    },

    /** @param {(session: { user: User|null, demo: boolean }) => void} listener */
    subscribe(listener) {
      listeners.add(listener)
      listener({ user, demo })
      return () => listeners.delete(listener)
    },

    /** Finds out who I am: `?username=` in the address, else this tab's earlier sign-in, else the cookie. @returns {Promise<User|null>} */
    async restore() {
      let answer
      try {
        answer = await ask('GET')
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 401 || !token) throw error
        keep(null) // an expired or revoked token must not keep the user out
        answer = await ask('GET')
      }
      user = answer.user
      demo = answer.demo
      const wanted = new URLSearchParams(location.search).get('username')?.trim()
      // Signed in again even if the cookie already says so: the cookie may become somebody else in another tab.
      if (wanted && !(token && user && user.username.toLowerCase() === wanted.toLowerCase())) return session.signIn(wanted)
      changed()
      return user
    },

    /** Asks who I am once more: my name or my words have changed. */
    async refresh() {
      const answer = await ask('GET')
      user = answer.user
      changed()
    },

    /** @param {string} username @returns {Promise<User>} */
    async signIn(username) {
      const previous = token
      token = null // the name asked for, not the one this tab had
      let answer
      try {
        answer = await ask('POST', { username })
      } catch (problem) {
        token = previous
        throw problem
      }
      keep(answer.token)
      user = answer.user
      changed()
      return answer.user
    },

    async signOut() {
      try {
        await ask('DELETE')
      } finally {
        keep(null)
        user = null
        changed()
      }
    },
  }
  return session
}
