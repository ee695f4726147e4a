/**
 * What is new about the host, in words. Pure.
 * @param {import('../../room/host_news.js').HostNews} news @param {number|undefined} my_id
 * @returns {string} empty if it is about me and I know it
 */
export function hostNewsInWords({ kind, host, user_id, former }, my_id) {
  const me = user_id === my_id
  switch (kind) {
    case 'new': return me ? `${former} made you the host.` : `${host} is the host now.`
    case 'new_after_leaving': return me ? `${former} left. You are the host now.` : `${former} left. ${host} is the host now.`
    case 'left': return me ? '' : `${host}, the host, left. The room stays open.`
    case 'lost': return me ? '' : `${host}, the host, lost the connection. The room stays open.`
    case 'back': return me ? '' : `${host}, the host, is back.`
  }
}
