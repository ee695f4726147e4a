/** Bytes as text, without padding (RFC 4648, 5). @param {Uint8Array} bytes */
export const toBase64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('\x2f', '_').replaceAll('=', '')

/** @param {string} text */
export const fromBase64url = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '\x2f')), (letter) => letter.charCodeAt(0))
