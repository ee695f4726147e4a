/** What people in a room read when anybody begins, or no longer can, listen without entering. @param {boolean} isBroadcast */
export const broadcastNews = (isBroadcast) => isBroadcast
  ? 'Anybody can listen to this room now, also people who are not in it.'
  : 'Only the people in this room hear it now.'
