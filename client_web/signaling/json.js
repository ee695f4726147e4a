/**
 * A value that was JSON: a row, an event, the body of a signal, something this browser remembers. Its shape is decided by the database or
 * by who stored it, and is not checked here. So this is the one type that allows everything.
 * @typedef {any} Json
 */

export {}
