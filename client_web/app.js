import { addressOf, HOME } from './addresses.js'
import { captionActions } from './app/captions.js'
import { chatActions } from './app/chat.js'
import { createContext } from './app/context.js'
import { createStageActions } from './app/stage.js'
import { encryptionActions } from './app/encryption.js'
import { hallwayActions } from './app/hallway.js'
import { identityActions } from './app/identity.js'
import { invitationActions } from './app/invitations.js'
import { createNotifications } from './app/notifications.js'
import { createPages } from './app/pages.js'
import { recordingActions } from './app/recording.js'
import { roomActions } from './app/room.js'
import { audioActions } from './app/audio.js'
import { expose } from './room/debug.js'
import { createShell } from './room/shell.js'
import { createSession } from './session.js'
import { problemFrom } from './signaling/problem.js'
import { problemInWords } from './view/elements/problem_words.js'
import { whenOpened } from './view/elements/when_opened.js'
import { createShellView } from './view/shell/shell.js'
import { fallbackInWords } from './view/shell/fallback_words.js'
import { createKeysHelp, listenToKeys } from './view/shell/keys.js'
import { listenToTalkKey } from './view/shell/talk_key.js'
import { createRoute } from './view/shell/route.js'
import { say } from './view/elements/element.js'
import { keyboard } from './view/elements/keyboard.js'
import { onceBeforeNextFrame } from './view/elements/next_frame.js'
import { inWords } from './words/language.js'

/**
 * @import { RoomSession } from './room/room_session.js'
 * @import { Place } from './view/shell/route.js'
 */

/**
 * Connects the app shell with its view and the page's address. What people do calls the shell (app/*.js, a file for each area). When the
 * shell's state changes, the view is drawn again.
 */
const session = createSession()
const shell = createShell({ session })
expose({ session, shell })

let known = false // whether we know yet who is signed in
let asked = Promise.resolve() // until the relay has answered, or cannot be reached
/** @type {RoomSession|null} */ let followed = null // the room session whose state is drawn
/** @type {RoomSession|null} */ let drawn = null // the room session that was drawn last
let opensInspector = new URLSearchParams(location.search).has('inspector') // once, in the first room: a lesson's link
let release = () => {}

const context = createContext({
  session,
  shell,
  page: {
    get view() {
      return view
    },
    get route() {
      return route
    },
    enter,
    arrive: () => void arrive(route.here()),
    reload: () => pages.actions.reload(),
    learnWho,
    asked: () => asked,
    askName: (then) => identity.askName(then),
    leaveRoom: () => roomSessionActions.leave(),
    hostLeaves: () => roomSessionActions.hostLeaves(),
  },
})
const keysHelp = whenOpened(createKeysHelp)
const stage = createStageActions(context)
const scheduleDraw = onceBeforeNextFrame(draw)
const pages = createPages(context, scheduleDraw)
const notifications = createNotifications(context)
const identity = identityActions(context, notifications)
const roomSessionActions = roomActions(context)
const encryption = encryptionActions(context)
const actions = {
  ...identity.actions,
  ...hallwayActions(context, notifications),
  ...invitationActions(context),
  ...pages.actions,
  ...roomSessionActions,
  ...recordingActions(context),
  ...encryption.actions,
  ...audioActions(context),
  ...captionActions(context),
  ...chatActions(context),
  ...stage.actions,
  showKeys: () => keysHelp.built().open(),
}

/** @type {number|null} */ let lookingFor = null // the id of a room, until there is an answer
/** @type {ReturnType<typeof setTimeout>|undefined} */ let rest // before it is looked for again
const view = createShellView(/** @type {HTMLElement} */ (document.getElementById('main')), actions)
const route = createRoute(onAddressChange, view.leave)
listenToTalkKey(actions)
listenToKeys(actions)
keyboard.subscribe(scheduleDraw)

/**
 * Shows what the address says: enters a room, or opens another page while the room stays connected. Who opens the page by a link and is not
 * signed in sees the room from outside first.
 * @param {Place} place @param {{ asks?: boolean }} [how]  asks: for a name
 */
async function arrive(place, { asks = true } = {}) {
  const room_id = place.place === 'room' && context.seated()?.room_id !== place.room_id ? place.room_id : undefined
  const isOpen = room_id !== undefined && isListed(room_id)
  if (isOpen) arriveAtRoom(room_id, asks)
  const loaded = room_id !== undefined && !isOpen ? lookFor(place, room_id) : pages.load(place)
  draw()
  await loaded
  // A room that is not in the hallway may have ended: then its page is shown.
  if (room_id !== undefined && !isOpen && route.here().room_id === room_id && !pages.hasEnded(room_id)) arriveAtRoom(room_id, asks)
}

/** A room that is not in my window of the hallway: its name, when it opens, or that it has ended. @param {Place} place @param {number} room_id */
async function lookFor(place, room_id) {
  clearTimeout(rest)
  lookingFor = room_id
  const [, problem] = await Promise.all([pages.load(place), shell.moreRooms.look(room_id)])
  if (lookingFor !== room_id) return
  clearTimeout(rest)
  if (problem) restBeforeLooking(problem.retry_after ?? 0)
  else lookingFor = null
}

/** There was no answer: the room is looked for again after a pause, once the hallway is connected. @param {number} least  ms */
function restBeforeLooking(least) {
  rest = setTimeout(() => {
    if (shell.state.connection !== 'live') return restBeforeLooking(0)
    lookingFor = null
    return scheduleDraw()
  }, Math.max(least, 2000 + 3000 * Math.random())) // not all browsers at the same time
}

/** The room that is shown from outside may have ended, or have left my window: then it is looked for. @param {Place} place */
function lookAgain(place) {
  const { room_id } = place
  if (place.place !== 'room' || room_id === undefined || isListed(room_id) || [lookingFor, shell.state.more.looked_for, shell.roomSession?.room_id].includes(room_id)) return
  if (known) void lookFor(place, room_id)
}

/** Enters a room, after asking for a name; one that opens later shows when. @param {number} room_id @param {boolean} asks */
function arriveAtRoom(room_id, asks) {
  if (isPlanned(room_id) || context.seated()?.room_id === room_id) return
  if (session.user) enter(room_id)
  else if (known && asks) context.withName(context.arrive)
}

/** The address changed: by a link, by Back, or by an action. @param {Place} place @param {{ entry: string, back: boolean }} how */
function onAddressChange(place, how) {
  const loaded = arrive(place)
  view.arrive(place, how)
  // Back to a page that is loaded again: it can be scrolled only afterwards.
  if (how.back && pages.state[place.place]?.phase === 'loading') loaded.then(() => requestAnimationFrame(() => view.arrive(place, how)))
}

function enter(/** @type {number} */ room_id) {
  view.refuse(null)
  stage.enter(room_id)
  draw()
}

/** Whether this room opens later: until then its page shows when. */
const isPlanned = (/** @type {number} */ room_id) => [...shell.state.hallway, shell.state.more.looked].find((row) => row?.id === room_id)?.scheduled === true
const isListed = (/** @type {number} */ room_id) => shell.state.hallway.some((row) => row.id === room_id)

function draw() {
  const { state } = shell
  if (state.roomSession !== followed) follow(state.roomSession)
  const entered = state.roomSession !== null && state.roomSession !== drawn
  drawn = state.roomSession
  view.update({ place: route.here(), shell: state, user: session.user, byName: session.ways?.demo ?? false, known, pages: pages.state })
  if (entered && view.inRoom) {
    view.focusRoom()
    if (opensInspector) view.showInspector(true)
    opensInspector = false
  }
  stage.update(state.roomSession && { ...state.roomSession.state, blocks: state.blocks, follows: state.followedPeople })
  encryption.update(context.seated()?.state ?? null)
  lookAgain(route.here())
  actions.updateLeave(context.seated()?.state ?? null)
}

function follow(/** @type {RoomSession|null} */ roomSession) {
  release()
  followed = roomSession
  if (!roomSession) return
  const releases = [roomSession.subscribe(scheduleDraw), roomSession.levels.subscribe(view.levels), roomSession.reactions.subscribe(view.react), roomSession.subscribe(leaveAfter)]
  release = () => releases.forEach((each) => each?.())

  /** After leaving, the hallway is shown. After any other end, the room's page stays and shows the reason. */
  function leaveAfter(/** @type {import('./room/room_session_state.js').RoomSessionState} */ { phase, reason }) {
    const here = route.here()
    if (shell.roomSession === roomSession && phase === 'left' && reason === 'left' && here.room_id === roomSession?.room_id) route.go(HOME)
  }
}

/** Asks who is signed in. If there is no answer, it is asked again when the hallway is live. */
function learnWho() {
  asked = askWho()
  return asked
}

async function askWho() {
  try {
    await session.restore()
    known = true
  } catch (error) {
    const problem = problemFrom(error)
    known = session.ways !== null || !problem.temporary
    // For example a name in the address that is too like another one.
    if (!problem.temporary) view.showNotice(problemInWords(problem), { key: 'sign-in' })
  }
  identity.learnt({ answered: session.ways !== null })
  arrive(route.here(), { asks: false })
}

/** In which room I was before the page was loaded again, if its address shows something else. */
async function returnToRoom() {
  const here = route.here()
  if (!session.user || here.place === 'room') return
  const lost = await shell.returnToRoom().catch(() => null) // no answer: the hallway shows the room
  if (lost) view.showNotice(inWords('You are no longer in “{name}”: the page was away for too long.', { name: lost.name }), { yes: inWords('Enter again'), accept: () => route.go(addressOf(lost.room_id)) })
}

say(document.querySelector('.skip'), inWords('To the rooms'))
draw()
await learnWho()
identity.showRefusal()
await returnToRoom()
shell.subscribe((state) => {
  scheduleDraw()
  if (!known && state.connection === 'live') learnWho()
})
/** @type {Set<number>} */ const due = new Set()
shell.subscribe(({ hallway }) => {
  for (const row of shell.reminders.due(hallway).filter(({ id }) => !due.has(id))) {
    due.add(row.id)
    actions.notifyDevice(row)
  }
})
/** @type {string|null} */ let fallback = null
shell.subscribe((state) => {
  if (state.fallback === fallback) return
  fallback = state.fallback
  if (state.fallback) view.showNotice(fallbackInWords(state.fallback), { key: 'technique' })
})
let whose = session.user
session.subscribe(({ user }) => {
  if (user !== whose) pages.load(route.here())
  whose = user
  draw()
})
shell.open()
void identity.recover()
notifications.start()
