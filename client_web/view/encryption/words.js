import { problemInWords } from '../elements/problem_words.js'
import { inWords } from '../../words/language.js'

/** Encrypted rooms in words. Pure: state in, text out. @import { EncryptionState } from '../../room/encryption.js' */

/** Why this browser cannot be heard in the room, and hears nothing; empty while it can. @param {EncryptionState} state */
export function encryptionProblemInWords({ phase, problem }) {
  switch (phase) {
    case 'unsupported': return globalThis.isSecureContext === false
      ? inWords('This room is encrypted, and browsers encrypt only on pages that begin with https. You cannot hear it or talk here.')
      : inWords('This room is encrypted, and this browser cannot do that. You cannot hear it or talk here. A current Chrome, Edge, Firefox or Safari can.')
    case 'replaced': return inWords('Somebody gave this room false keys for you, so you are not connected. Tell the others, and do not trust this room.')
    case 'lowered': return inWords('The server says that this room is not encrypted any more. You are not connected. Do not trust this room: start another one.')
    case 'silent': return inWords('Somebody has left, and your browser could not give the others a new key. Until it can, nobody hears you.')
    case 'failed': return problem ? problemInWords(problem) : inWords('Your browser could not start the encryption. You cannot hear this room or talk in it. Reload the page to try again.')
    default: return ''
  }
}

/** Whether the room is an encrypted one for this page, also if the database says otherwise now. @param {Pick<import('../../room/room_session_state.js').RoomSessionState, 'room'|'encryption'>} state */
export const isEncrypted = ({ room, encryption }) => Boolean(room?.encrypted) || encryption.phase === 'lowered'

/** What is wrong with the encryption of a person's voice, in a few words; empty if nothing is. @param {{ encryption: import('../../room/encryption.js').OfPerson }} person */
export function undecryptedInWords({ encryption }) {
  if (encryption === 'failed') return inWords('Cannot be decrypted')
  if (encryption === 'replaced') return inWords('False keys: not connected')
  if (encryption === 'waiting') return inWords('Their key is missing')
  return encryption === 'no_keys' ? inWords('Cannot hear or talk here') : ''
}

/** The state of the encryption, for its dialog. @param {EncryptionState} state */
export function encryptionInWords(state) {
  const problem = encryptionProblemInWords(state)
  if (problem) return problem
  if (state.phase === 'preparing' || state.phase === 'off') return inWords('Keys are being exchanged…') // before there is a session, too
  return inWords('Only the people in this room can hear it. The servers that pass the audio on cannot.')
}
