import { inWords } from '../../words/language.js'

/** What people in a room read when anybody begins, or no longer can, listen without entering. @param {boolean} isBroadcast */
export const broadcastNews = (isBroadcast) => isBroadcast
  ? inWords('Anybody can listen to this room now, also people who are not in it.')
  : inWords('Only the people in this room hear it now.')
