import { inWords } from '../../words/language.js'

/**
 * Why a sign-in at an issuer failed: the reasons that the relay adds to the address (server/http/openid.py).
 * @type {Record<string, string>}
 */
const REASONS = {
  denied: inWords('You did not sign in: the site you were sent to says that you declined.'),
  issuer: inWords('The site you were sent to did not confirm who you are. Try again, or tell who runs this site.'),
  unreachable: inWords('The site that knows your account does not answer. Try again in a moment.'),
  expired: inWords('Signing in took too long, or was begun in another tab. Try again.'),
  unknown: inWords('Nobody here knows this account yet. Ask who runs this site to add you.'),
  disabled: inWords('This account is disabled. Ask who runs this site.'),
  busy: inWords('Too many new people come from your network. Try again later.'),
}

/** @param {string} reason  from the address, so it can be any text */
export const signInRefusalInWords = (reason) => (Object.hasOwn(REASONS, reason) ? REASONS[reason] : REASONS.issuer)

/** Where people sign in neither by a name, nor by passkeys, nor at an issuer. */
export const CLOSED = inWords('You cannot choose a name here. Sign in on the website that uses this Roomtone.')
/** Before it is known in which ways people sign in. */
export const NOT_ANSWERED_YET = inWords('Roomtone has not answered yet. Please wait a moment.')
export const NO_ANSWER = inWords('Roomtone does not answer at the moment. Check your connection. This page asks again by itself.')
