import { expose } from './room/debug.js'
import { createHouse } from './room/house.js'
import { createSession } from './session.js'
import { createHouseView } from './view/house.js'
import { createKeysHelp, listenToKeys } from './view/keys.js'
import { addressOf, createRoute } from './view/route.js'
import { createSignIn } from './view/sign_in.js'
import { soon } from './view/soon.js'
import { createStartRoom } from './view/start_room.js'
import { problemInWords } from './view/words.js'

/**
 * Brings the house, its view and the address together. What people do becomes a call on the house; what the house says is drawn.
 */
const session = createSession()
const house = createHouse({ session })
expose({ session, house })

let known = false // whether it is known yet who I am
let followed = null // the visit whose state is drawn
let release = () => {}
let talking = false // by holding Space

const acts = {
  start: () => withName(() => startRoom.open()),
  toggleFollow: (row) => attempt(() => (row.followed ? house.unfollow(row.club_id) : house.follow(row.club_id))),
  retry: () => location.reload(),
  signIn: () => withName(() => arrive(route.here())),
  signOut,
  leave: () => house.leave(),
  again: () => withName(() => house.visit.rejoin()),
  listen: () => house.visit?.listen(),
  toggleMicrophone,
  retryMicrophone: () => attempt(() => house.visit.retryMicrophone()),
  stepUp: () => attempt(() => house.visit.setRole('SPEAKER')),
  stepDown: () => attempt(() => house.visit.setRole('AUDIENCE')),
  mutePerson: (user_id) => attempt(() => house.visit.mutePerson(user_id)),
  setRole: (role, user_id) => attempt(() => house.visit.setRole(role, user_id)),
  retryConnection: (user_id) => house.visit?.retryConnection(user_id),
  choose: (user_id) => view.chooseSeat(user_id),
  toggleWall: () => inRoom() && view.showWall(!view.wallOpen),
  showKeys: () => keysHelp.open(),
  escape: () => view.wallOpen && view.showWall(false),
  talk,
}

const route = createRoute((place) => arrive(place, { walked: true }))
const view = createHouseView(document.getElementById('main'), acts)
const signIn = createSignIn({
  signIn: async (username) => {
    forgetNameInAddress()
    await session.signIn(username)
  },
  suggestions: async () => (await house.rows.select('users', { select: 'username', kind: 'eq.person', order: 'id', limit: 8 })).map(({ username }) => username),
})
const startRoom = createStartRoom({
  clubs: house.clubs,
  start: async (room) => route.go(addressOf((await house.startRoom(room)).id)),
})
const keysHelp = createKeysHelp()
document.body.append(signIn.element, startRoom.element, keysHelp.element)
listenToKeys(acts)

/** The present visit while I have a seat; null after it ended. */
const seated = () => (house.visit && house.visit.state.phase !== 'left' ? house.visit : null)

const inRoom = () => route.here().place === 'room' && seated() !== null

/** Does something that may be refused, and says the refusal beside the controls. */
async function attempt(act) {
  view.refuse(null)
  try {
    return await act()
  } catch (problem) {
    view.refuse(problemInWords(problem))
    return undefined
  }
}

function withName(then) {
  if (session.user) then()
  else signIn.open({ demo: session.demo, then })
}

/** Follows the address: into a room, or back to the hallway with the room still on. */
function arrive(place, { walked = false } = {}) {
  if (place.place === 'room' && session.user && seated()?.room_id !== place.room_id) {
    view.refuse(null)
    house.enter(place.room_id)
  } else if (place.place === 'room' && known && !session.user) {
    withName(() => arrive(route.here()))
  }
  draw()
  if (walked && place.place === 'room') view.focusRoom()
}

function draw() {
  const { state } = house
  if (state.visit !== followed) follow(state.visit)
  view.update({ place: route.here(), house: state, user: session.user, known })
}

const drawSoon = soon(draw)

function follow(visit) {
  release()
  followed = visit
  if (!visit) return
  const releases = [visit.subscribe(drawSoon), visit.levels.subscribe(view.levels), visit.subscribe(leaveAfter)]
  release = () => releases.forEach((each) => each?.())

  /** Who left of their own will stands in the hallway; who was sent away stays to read why. */
  function leaveAfter({ phase, reason }) {
    const here = route.here()
    if (house.visit === visit && phase === 'left' && reason === 'left' && here.room_id === visit.room_id) route.go('/')
  }
}

function toggleMicrophone() {
  const visit = seated()
  if (!visit?.state.may.speak || visit.state.microphone.state === 'asking') return
  const { me, microphone } = visit.state
  attempt(() => (microphone.state === 'on' || microphone.state === 'off' ? visit.setMuted(!me.muted) : visit.retryMicrophone()))
}

function talk(on) {
  const visit = seated()
  if (!visit?.state.may.speak || (on ? !visit.state.me.muted : !talking)) return
  talking = on
  attempt(() => visit.setMuted(!on))
}

async function signOut() {
  await house.leave()
  forgetNameInAddress()
  await session.signOut().catch(() => {}) // the token is forgotten either way
  route.go('/')
}

/** `?username=rick` signs rick in; whoever signs out or becomes somebody else means it. */
function forgetNameInAddress() {
  const address = new URL(location.href)
  address.searchParams.delete('username')
  history.replaceState(null, '', address)
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
session.subscribe(draw)
house.open()
