import { inWords } from '../../words/language.js'

/**
 * My notifications in words. Pure.
 *
 * @typedef {'unsupported'|'blocked'|'off'|'on'} NotificationState  whether this browser shows them
 */

export const ABOUT = inWords('Roomtone tells you this while it is closed, in each browser where you switch it on.')

/** @type {Record<NotificationState, string>} */
export const STATES = {
  unsupported: inWords('This browser cannot show notifications of a closed page. On an iPhone or iPad, add Roomtone to the Home Screen, and open it there.'),
  blocked: inWords('This browser blocks notifications of Roomtone. Allow them in its settings for this site, then load the page again.'),
  off: inWords('Notifications are off in this browser.'),
  on: inWords('Notifications are on in this browser.'),
}

/** What one can be notified of: the kinds of the table unwanted_pushes. @type {readonly (readonly [kind: string, title: string, about: string])[]} */
export const KINDS = [
  ['reminder', inWords('Reminders'), inWords('A planned room opens of which you want to be reminded.')],
  ['followed', inWords('People you follow'), inWords('Somebody you follow opens a room that you may enter.')],
  ['speak', inWords('Invitations to speak'), inWords('You listen in a room, and are asked to come on stage.')],
  ['invitation', inWords('Invitations to rooms'), inWords('Somebody invites you to a room.')],
]

/** What browsers refuse with, by code: `push_` and the name of the DOMException (W3C Push API, 3.3). @type {Record<string, string>} */
export const PUSH_REFUSALS = {
  push_AbortError: inWords('Your browser does not reach its service for notifications. Check your connection, and try again.'),
  push_NotAllowedError: inWords('Your browser does not allow notifications here. A private window never shows them.'),
}
