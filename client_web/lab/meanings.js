import { element } from '../view/elements/element.js'
import { inWords } from '../words/language.js'

/** What figures say, one sentence for each: closed at first, and opened by pointer or key. @param {[figure: string, sentence: string][]} pairs */
export function createMeanings(pairs) {
  return element('details', { class: 'meanings' },
    element('summary', { class: 'meanings__summary', text: inWords('What each figure says') }),
    element('dl', { class: 'meanings__list' }, ...pairs.map(([figure, sentence]) => element('div', {}, element('dt', { text: figure }), element('dd', { text: sentence })))))
}

/** The figures of a lane. */
export const meaningsOfLanes = () => createMeanings([
  [inWords('the large number'), inWords('How long after the commit of its row the newest event arrived in this page.')],
  [inWords('median'), inWords('Half of all events so far arrived faster than this, and half of them slower.')],
  [inWords('the line below'), inWords('How long the connection has been open; of polling, when the page asks again.')],
  [inWords('requests'), inWords('How often this lane has sent a request; a connection that stays open is one.')],
  [inWords('bytes came'), inWords('What arrived for these requests, headers too; a page cannot see what it sends.')],
  [inWords('empty answers'), inWords('Answers that said that nothing has happened: requests for nothing.')],
])

/** The bars of an event. */
export const meaningsOfArrivals = () => createMeanings([
  [inWords('the number before the event'), inWords('Its place in the room’s log: every event has the next number, and none is left out.')],
  [inWords('the bar and its time'), inWords('How long after the commit this lane got the event; a bar four times as long is sixteen times as late.')],
])

/** What stands below a request. */
export const meaningsOfRequests = () => createMeanings([
  [inWords('200 after 4 ms'), inWords('The status of the answer (200 is success, 101 a WebSocket), and how long the relay took until it began to answer.')],
  [inWords('431 B so far'), inWords('How many bytes of this answer have come; an answer that stays open grows with each event.')],
  [inWords('the time behind a statement'), inWords('How long PostgreSQL took for it, as the relay saw it.')],
])

/** The figures of other systems. */
export const meaningsOfPeers = () => createMeanings([
  [inWords('join'), inWords('The time from a write that says that somebody joined until a follower saw it: half were faster.')],
  [inWords('signal'), inWords('The same for an offer or a candidate, which goes to one follower only.')],
  [inWords('server'), inWords('How long the server’s processor worked for one write, everything included.')],
  [inWords('database'), inWords('How long the database’s processor worked for one write, where there is a database.')],
  [inWords('bytes'), inWords('How many bytes went over the network for each event that a follower got.')],
  [inWords('memory'), inWords('How much memory each follower takes on the server; of LISTEN and logical decoding, in the database.')],
  [inWords('lost'), inWords('Of the events that followers had to get while something was broken, those that they never got.')],
  [inWords('the floor'), inWords('The least that a server can do: it writes what it gets to bare connections. What varies there is the machine.')],
])
