import { inWords } from '../../words/language.js'

/**
 * What is new about the host, in words. Pure.
 * @param {import('../../room/host_news.js').HostNews} news @param {number|undefined} my_id
 * @returns {string} empty if it is about me and I know it
 */
export function hostNewsInWords({ kind, host, user_id, former }, my_id) {
  const me = user_id === my_id
  switch (kind) {
    case 'new': return me ? inWords('{former} made you the host.', { former }) : inWords('{host} is the host now.', { host })
    case 'new_after_leaving': return me ? inWords('{former} left. You are the host now.', { former }) : inWords('{former} left. {host} is the host now.', { former, host })
    case 'left': return me ? '' : inWords('{host}, the host, left. The room stays open.', { host })
    case 'lost': return me ? '' : inWords('{host}, the host, lost the connection. The room stays open.', { host })
    case 'back': return me ? '' : inWords('{host}, the host, is back.', { host })
  }
}
