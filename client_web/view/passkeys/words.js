import { dayOf } from '../elements/when.js'
import { inWords } from '../../words/language.js'

/**
 * Passkeys in words. Pure.
 *
 * @typedef {'insecure'|'address'|'unsupported'} NoPasskeys  why passkeys do not work on this page
 */

/** @type {Record<NoPasskeys, string>} */
export const NO_PASSKEYS = {
  insecure: inWords('Passkeys work only on a secure page. Open this page by https, or on the machine of Roomtone by http://localhost.'),
  address: inWords('Passkeys belong to a name. Open this page by its name instead of an IP address; on the machine of Roomtone by localhost.'),
  unsupported: inWords('This browser is too old for passkeys. Update it, or use another one.'),
}

/**
 * Why passkeys do not work here; null if they do (WebAuthn Level 3, 5: secure contexts, and hosts with a name).
 * @param {{ secure: boolean, hostname: string, supported: boolean }} page
 * @returns {NoPasskeys|null}
 */
export function whyNoPasskeys({ secure, hostname, supported }) {
  if (!secure) return 'insecure'
  if (/^[\d.]+$|^\[/u.test(hostname)) return 'address'
  return supported ? null : 'unsupported'
}

export const WAITING = inWords('Your browser or device asks you now. Follow what it shows.')

/** What browsers refuse with, by code: `passkey_` and the name of the DOMException (WebAuthn, 5.1.3 and 5.1.4). @type {Record<string, string>} */
export const PASSKEY_REFUSALS = {
  passkey_NotAllowedError: inWords('No passkey was used: you cancelled, it took too long, or this device has none for this page. Try again.'),
  passkey_InvalidStateError: inWords('This device has a passkey for your account already. Use it, or choose another device.'),
  passkey_SecurityError: inWords('The browser does not allow passkeys at this address. Open the page by the address that you always use.'),
  passkey_NotSupportedError: inWords('This device cannot make a passkey of the kind that is needed. Choose another device.'),
  passkey_ConstraintError: inWords('This device cannot check that it is you. Set up a PIN, a finger or your face on it, or choose another device.'),
  passkey_OperationError: inWords('The browser asks for a passkey already, perhaps in another tab. Answer that first, and try again.'),
  passkey_AbortError: inWords('The browser stopped it. Try again.'),
}

/** When a passkey was made and used. @param {{ created_at: string, last_used_at: string|null }} passkey */
export function useInWords({ created_at, last_used_at }) {
  return last_used_at ? inWords('Made on {day}. Last used on {last}.', { day: dayOf(created_at), last: dayOf(last_used_at) }) : inWords('Made on {day}. Not used to sign in yet.', { day: dayOf(created_at) })
}
