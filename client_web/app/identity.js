import { createSignIn } from '../view/sign_in.js'

/**
 * Coming and going as somebody.
 * @param {ReturnType<typeof import('./commons.js').createCommons>} commons
 */
export function identityActs(commons) {
  const { session, house } = commons
  const signIn = createSignIn({
    signIn: async (username) => {
      forgetNameInAddress()
      await session.signIn(username)
    },
    suggestions: async () => (await house.rows.select('users', { select: 'username', kind: 'eq.person', order: 'id', limit: 8 })).map(({ username }) => username),
  })
  commons.add(signIn)
  commons.askName = (then) => signIn.open({ demo: session.demo, then })
  return {
    signIn: () => commons.withName(commons.arrive),
    async signOut() {
      forgetNameInAddress()
      await house.signOut().catch(() => {}) // the token is forgotten either way
      commons.route.go('/')
    },
  }
}

/** `?username=rick` signs rick in; whoever signs out or becomes somebody else means it. */
export function forgetNameInAddress() {
  const address = new URL(location.href)
  address.searchParams.delete('username')
  history.replaceState(history.state, '', address)
}
