import { HOME } from '../addresses.js'
import { createSignIn } from '../view/shell/sign_in.js'

/**
 * Signing in and out.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function identityActions(context) {
  const { session, shell } = context
  const signIn = createSignIn({
    signIn: async (username) => {
      forgetNameInAddress()
      await session.signIn(username)
    },
    suggestions: shell.profiles.first,
  })
  context.add(signIn)
  return {
    /** @param {() => void} then  called after signing in */
    askName: (then) => signIn.open({ ways: session.ways, then }),
    actions: {
      signIn: () => context.withName(context.arrive),
      async signOut() {
        if (!(await context.leaveRoom())) return
        forgetNameInAddress()
        await shell.signOut().catch(() => {}) // the token is removed in any case
        context.route.go(HOME)
      },
    },
  }
}

/** Removes `?username=rick`, which would sign rick in again. */
export function forgetNameInAddress() {
  const address = new URL(location.href)
  address.searchParams.delete('username')
  history.replaceState(history.state, '', address)
}
