/**
 * My notifications in words. Pure.
 *
 * @typedef {'unsupported'|'blocked'|'off'|'on'} NotificationState  whether this browser shows them
 */

export const ABOUT = 'Roomtone tells you this while it is closed, in each browser where you switch it on.'

/** @type {Record<NotificationState, string>} */
export const STATES = {
  unsupported: 'This browser cannot show notifications of a closed page. On an iPhone or iPad, add Roomtone to the Home Screen, and open it there.',
  blocked: 'This browser blocks notifications of Roomtone. Allow them in its settings for this site, then load the page again.',
  off: 'Notifications are off in this browser.',
  on: 'Notifications are on in this browser.',
}

/** What one can be notified of: the kinds of the table unwanted_pushes. @type {readonly (readonly [kind: string, title: string, about: string])[]} */
export const KINDS = [
  ['reminder', 'Reminders', 'A planned room opens of which you want to be reminded.'],
  ['followed', 'People you follow', 'Somebody you follow opens a room that you may enter.'],
  ['speak', 'Invitations to speak', 'You listen in a room, and are asked to come on stage.'],
  ['invitation', 'Invitations to rooms', 'Somebody invites you to a room.'],
]

/** What browsers refuse with, by code: `push_` and the name of the DOMException (W3C Push API, 3.3). @type {Record<string, string>} */
export const PUSH_REFUSALS = {
  push_AbortError: 'Your browser does not reach its service for notifications. Check your connection, and try again.',
  push_NotAllowedError: 'Your browser does not allow notifications here. A private window never shows them.',
}
