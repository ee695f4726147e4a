import { HOME } from '../addresses.js'
import { createAccessTokens } from './access_tokens.js'
import { createCalendars } from './calendars.js'
import { createPasskeys } from './passkeys.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { createSignIn } from '../view/shell/sign_in.js'

/**
 * Signing in and out, and what stands on my own page.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 * @param {ReturnType<typeof import('./notifications.js').createNotifications>} notifications
 */
export function identityActions(context, notifications) {
  const { session, shell } = context
  const passkeys = createPasskeys(context)
  const tokens = createAccessTokens(context, passkeys)
  const calendars = createCalendars(context)
  const signIn = whenOpened(() => createSignIn({
    passkeys,
    signIn: async (username) => {
      forgetNameInAddress()
      await session.signIn(username)
    },
    signInAt: (name) => {
      forgetNameInAddress()
      session.signInAt(name, { here: location.pathname + location.search, go: (address) => location.assign(address) })
    },
    suggestions: shell.profiles.first,
  }))
  return {
    /** @param {() => void} then  called after signing in */
    askName: (then) => signIn.built().open({ ways: session.ways, then }),
    /** Says why a sign-in at an issuer failed, when the browser has just come back from it. */
    showRefusal() {
      const reason = new URLSearchParams(location.search).get('sign_in')
      if (reason === null) return
      forgetInAddress('sign_in')
      signIn.built().open({ ways: session.ways, reason, then: context.arrive })
    },
    /** The relay was asked who is signed in. @param {{ answered: boolean }} how */
    learnt: ({ answered }) => signIn.update({ ways: session.ways, user: session.user, answered }),
    recover: passkeys.recover,
    actions: {
      credentials: [passkeys.credential, tokens, calendars.credential, notifications.credential],
      ...calendars.actions,
      signIn: () => context.withName(context.arrive),
      async signOut() {
        if (!(await context.leaveRoom())) return
        forgetNameInAddress()
        await notifications.end()
        const elsewhere = await shell.signOut().catch(() => null) // the token is removed in any case
        if (elsewhere) location.assign(elsewhere)
        else context.route.go(HOME)
      },
    },
  }
}

/** Removes `?username=rick`, which would sign rick in again. */
export const forgetNameInAddress = () => forgetInAddress('username')

/** @param {string} parameter */
function forgetInAddress(parameter) {
  const address = new URL(location.href)
  address.searchParams.delete(parameter)
  history.replaceState(history.state, '', address)
}
