import { chatActs } from './app/chat.js'
import { createCommons } from './app/commons.js'
import { createFloor } from './app/floor.js'
import { foyerActs } from './app/foyer.js'
import { identityActs } from './app/identity.js'
import { invitationActs } from './app/invitations.js'
import { createPages } from './app/pages.js'
import { recordingActs } from './app/recording.js'
import { roomActs } from './app/room.js'
import { voiceActs } from './app/voice.js'
import { expose } from './room/debug.js'
import { createHouse } from './room/house.js'
import { createSession } from './session.js'
import { createHouseView } from './view/house.js'
import { createKeysHelp, listenToKeys } from './view/keys.js'
import { createRoute } from './view/route.js'
import { soon } from './view/soon.js'

/**
 * Brings the house, its view and the address together. What people do becomes a call on the house (app/*.js, an area each); what the
 * house says is drawn.
 */
const session = createSession()
const house = createHouse({ session })
expose({ session, house })

let known = false // whether it is known yet who I am
let followed = null // the visit whose state is drawn
let release = () => {}

const commons = createCommons({ session, house })
const keysHelp = createKeysHelp()
const floor = createFloor(commons)
const drawSoon = soon(draw)
const pages = createPages(commons, drawSoon)
const acts = {
  ...identityActs(commons),
  ...foyerActs(commons),
  ...invitationActs(commons),
  ...pages.acts,
  ...roomActs(commons),
  ...recordingActs(commons),
  ...voiceActs(commons),
  ...chatActs(commons),
  ...floor.acts,
  showKeys: () => keysHelp.open(),
}
commons.add(keysHelp)

const view = createHouseView(document.getElementById('main'), acts)
const route = createRoute(walk, view.leave)
Object.assign(commons, { route, view, enter, learnWho, arrive: () => arrive(route.here()), lookAgain: acts.lookAgain })
listenToKeys(acts)

/** Follows the address: into a room, or to another page with the room still on. */
function arrive(place) {
  if (place.place === 'room' && session.user && commons.seated()?.room_id !== place.room_id) {
    if (!isPlanned(place.room_id)) enter(place.room_id)
  } else if (place.place === 'room' && known && !session.user && !isPlanned(place.room_id)) {
    commons.withName(commons.arrive)
  }
  const looked = pages.look(place)
  draw()
  return looked
}

/** One walked here: by a link, by Back, or because something was done. */
function walk(place, how) {
  const looked = arrive(place)
  view.arrive(place, how)
  // Back to a page that has to be fetched anew: only then is there something to scroll.
  if (how.back && pages.state[place.place]?.phase === 'loading') looked.then(() => requestAnimationFrame(() => view.arrive(place, how)))
}

function enter(room_id) {
  view.refuse(null)
  floor.enter(room_id)
  draw()
}

/** Whether this room will open later: its door is a page that says when. */
const isPlanned = (room_id) => house.state.hallway.some((row) => row.id === room_id && row.scheduled)

function draw() {
  const { state } = house
  if (state.visit !== followed) follow(state.visit)
  view.update({ place: route.here(), house: state, user: session.user, known, pages: pages.state })
  floor.update(state.visit && { ...state.visit.state, blocks: state.blocks })
}

function follow(visit) {
  release()
  followed = visit
  if (!visit) return
  const releases = [visit.subscribe(drawSoon), visit.levels.subscribe(view.levels), visit.reactions.subscribe(view.react), visit.subscribe(leaveAfter)]
  release = () => releases.forEach((each) => each?.())

  /** Who left of their own will stands in the hallway; who was sent away stays to read why. */
  function leaveAfter({ phase, reason }) {
    const here = route.here()
    if (house.visit === visit && phase === 'left' && reason === 'left' && here.room_id === visit.room_id) route.go('/')
  }
}

/** Finds out who I am; when the relay does not answer, again as soon as the hallway does. */
async function learnWho() {
  try {
    await session.restore()
    known = true
  } catch (problem) {
    known = problem.status !== 0
  }
  arrive(route.here())
}

draw()
await learnWho()
house.subscribe((state) => {
  drawSoon()
  if (!known && state.connection === 'live') learnWho()
})
const due = new Set()
house.subscribe(({ hallway }) => {
  for (const row of house.reminders.due(hallway).filter(({ id }) => !due.has(id))) acts.tellDevice(row, due.add(row.id))
})
let whose = session.user
session.subscribe(({ user }) => {
  if (user !== whose) pages.look(route.here())
  whose = user
  draw()
})
house.open()
