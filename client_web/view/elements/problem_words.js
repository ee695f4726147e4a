import { PUSH_REFUSALS } from '../notifications/words.js'
import { PASSKEY_REFUSALS } from '../passkeys/words.js'
import { inWords, refusalInWords } from '../../words/language.js'
import { sentence } from './words.js'

/**
 * Refusals in words. Pure.
 *
 * @typedef {{ status?: number, rule?: string|null, code?: string, message?: string, hint?: string|null }} Refused  a Problem, as far as words need it
 */

/**
 * A refusal in one or two sentences. For some rules the page has a text of its own, because the database's message is for psql.
 * @param {unknown} problem  a Problem, or another error
 */
export function problemInWords(problem) {
  const { rule, code, message, hint } = /** @type {Refused} */ (problem ?? {})
  const own = OWN_WORDS[rule ?? code ?? '']
  if (own) return own
  const translated = refusalInWords({ rule, code })
  if (translated) return translated
  return [message ?? inWords('Something went wrong'), hint ?? ''].filter(Boolean).map(sentence).join(' ')
}

/** Why a page or a room could not be loaded. @param {unknown} problem */
export const loadingProblemInWords = (problem) =>
  /** @type {Refused|null} */ (problem)?.code === 'unreachable' ? `${inWords('Roomtone does not answer.')} ${inWords('Check your connection.')}` : problemInWords(problem)

/** @type {Record<string, string>} by rule or code */
const OWN_WORDS = {
  access_tokens_need_a_recent_sign_in: inWords('No token was made, because you signed in a while ago. Sign out and in again, then make it.'),
  ...PASSKEY_REFUSALS,
  ...PUSH_REFUSALS,
  unreachable: inWords('This did not go out, because there was no connection. Try again when you are connected.'),
  participants_only_for_participants: inWords('You are not in this room any more. Enter it again, then try again.'),
  passkeys_need_a_recent_sign_in: inWords('No passkey was added, because you signed in a while ago. Add it again, and use a passkey of this account when you are asked.'),
  rooms_topology_has_a_node: inWords('No audio server for this is running. Choose another way, or try again later.'),
}
