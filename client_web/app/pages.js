import { addressOfClub, addressOfPerson, CLUBS } from '../addresses.js'
import { changedAfter } from '../room/clubs.js'
import { createLookup } from '../room/lookup.js'
import { createClubForm } from '../view/clubs/form.js'
import { createHandOverClub } from '../view/clubs/hand_over.js'
import { createProfileForm } from '../view/people/profile_form.js'
import { forgetNameInAddress } from './identity.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { inWords } from '../words/language.js'

/**
 * @import { Club, ClubPage, Member } from '../room/clubs.js'
 * @import { Profile } from '../room/profiles.js'
 * @import { Place } from '../view/shell/route.js'
 */

const READ_EVERY = 2000 // ms between two readings of a page whose club or person changes again and again
const PERSON_EVERY = 10_000 // ms between two readings of a person's page

/**
 * The pages besides the hallway and the room: what they load when they are opened, and their actions.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 * @param {() => void} onChange  something was loaded
 */
export function createPages(context, onChange) {
  const { shell, session, attempt, refusal, withName } = context
  const { clubs, profiles, invitations, recordings } = shell
  /** What each page loads. `any`: keys and values differ from page to page. @type {Record<string, ReturnType<typeof createLookup<any, any>>>} */
  const lookups = {
    /** A room that has ended; null for one that I may enter. */
    room: createLookup((id) => shell.endedRooms.one(id), onChange),
    clubs: createLookup(() => clubs.all(), onChange),
    club: createLookup((id) => clubs.one(id), onClub),
    person: createLookup(personAndTheirs, onChange),
    invitation: createLookup((code) => invitations.one(code), onChange),
    recording: createLookup((id) => (session.user ? recordings.one(id) : null), onChange),
  }
  /** The key of each page; `any` as above. @type {Record<string, (place: Place) => any>} */
  const keyOf = { clubs: () => 'all', club: (place) => place.club_id, person: (place) => place.username, invitation: (place) => place.code, recording: (place) => place.recording_id, room: (place) => place.room_id }
  /** @type {number|null|undefined} */ let whose

  /** A user, with their recordings that I may listen to; on my own page all recordings that I may listen to. */
  async function personAndTheirs(/** @type {string} */ username) {
    const person = await profiles.one(username)
    if (!person) return null
    const me = session.user?.id
    return { ...person, recordings: me === undefined ? [] : await (me === person.id ? recordings.all() : recordings.by(person.id)) }
  }

  function onClub() {
    handOver.update({ club: lookups.club.state.value, my_id: session.user?.id })
    onChange()
  }

  /** Loads what this place shows, as the present user. @param {Place} place */
  async function load(place) {
    const me = session.user?.id ?? null
    if (whose !== me) for (const each of Object.values(lookups)) each.forget()
    whose = me
    if (place.place in lookups && !(place.place === 'room' && isOpen(place.room_id))) await lookups[place.place].look(keyOf[place.place](place))
  }
  /** Whether the room is in the hallway, or I am in it: then it has not ended. */
  const isOpen = (/** @type {number|undefined} */ id) => shell.state.hallway.some((row) => row.id === id) || context.seated()?.room_id === id
  const reload = () => load(context.route.here())

  // Shows changes by others: of clubs and people while their page is visible, of any page when it is visible again.
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && reload())
  // Where a person is changes on their page: at once if I follow them or they are on a stage that I see, otherwise soon.
  setInterval(() => context.route.here().place === 'person' && readPage(), PERSON_EVERY)
  let whereabouts = ''
  let seen = 0 // the version of the changes of clubs
  let waits = false // for the next reading
  let due = false
  shell.subscribe(({ clubChanges, hallway, people }) => {
    const person = /** @type {Profile|null} */ (lookups.person.state.value)
    if (person && context.route.here().place === 'person') {
      const onStage = hallway.filter((row) => row.people?.some(({ user_id }) => user_id === person.id)).map(({ id }) => id)
      const now = [person.id, ...(people.get(person.id)?.rooms ?? []), '', ...onStage].join()
      if (whereabouts.startsWith(`${person.id},`) && now !== whereabouts) readPage()
      whereabouts = now
    }
    if (clubChanges.version === seen) return
    const { place, club_id } = context.route.here()
    if ((place === 'clubs' || place === 'club') && changedAfter(clubChanges, seen, club_id)) readPage()
    seen = clubChanges.version
  })

  /** Reads the clubs or the person that are shown: at once, and again after a pause if they changed meanwhile. */
  function readPage() {
    due = waits
    if (waits) return
    waits = true
    setTimeout(() => {
      waits = false
      if (due) readPage()
    }, READ_EVERY)
    const { place } = context.route.here()
    if (document.visibilityState === 'visible' && (place === 'clubs' || place === 'club' || place === 'person') && lookups[place].state.value !== null) reload()
  }

  const clubForm = whenOpened(() => createClubForm({
    topics: clubs.topics,
    async create(wanted) {
      const club = await clubs.create(wanted)
      await shell.reloadFollowing()
      context.route.go(addressOfClub(club.id))
    },
    async change(club, change) {
      await clubs.change(club.id, change)
      await reload()
    },
  }))
  const profileForm = whenOpened(() => createProfileForm({
    async change(person, change) {
      await profiles.change(person.id, change)
      forgetNameInAddress()
      await session.refresh()
      context.route.go(addressOfPerson(change.username), { replace: true })
    },
  }))
  const handOver = whenOpened(() => createHandOverClub({
    async handOver(club, username) {
      await clubs.handOver(club.id, username)
      await reload()
      context.view.showNotice(inWords('{username} owns “{name}” now.', { username, name: club.name }))
    },
  }))

  /** Runs an action and loads the page again; also after a refusal, because then the page was out of date. @param {() => Promise<unknown>} action */
  async function thenReload(action) {
    const refused = await refusal(action)
    await reload()
    return refused
  }

  const actions = {
    reload,
    newClub: () => withName(() => clubForm.built().open(null)),
    editClub: (/** @type {Club} */ club) => clubForm.built().open(club),
    toggleFollowClub: (/** @type {Club} */ club) => attempt(async () => {
      await (club.followed ? shell.unfollow(club.id) : shell.follow(club.id))
      await reload()
    }),
    async leaveClub(/** @type {Club} */ club) {
      const left = await context.ask({ title: inWords('Leave “{name}”?', { name: club.name }), about: inWords('You can come back only with an invitation.'), yes: inWords('Leave'), action: () => clubs.leave(club.id) })
      if (left) await reload()
    },
    handOverClub: (/** @type {ClubPage} */ club) => handOver.built().open(club, session.user?.id),
    async deleteClub(/** @type {Club} */ club) {
      const gone = await context.ask({
        title: inWords('Delete “{name}”?', { name: club.name }), about: inWords('Its members, followers and invitations are deleted, too. Rooms that have ended stay, without the club. This cannot be undone.'),
        yes: inWords('Delete the club'), no: inWords('Keep it'), danger: true, action: () => clubs.delete(club.id),
      })
      if (!gone) return
      await shell.reloadFollowing()
      context.route.go(CLUBS, { replace: true })
      context.view.showNotice(inWords('“{name}” is deleted.', { name: club.name }))
    },
    /** @param {Club} club @param {Member} member @param {string} role */
    setClubRole: (club, member, role) => thenReload(() => clubs.setRole(club.id, member.user_id, role)),
    /** @param {Club} club @param {Member} member */
    async removeMember(club, member) {
      const gone = await context.ask({
        title: inWords('Remove {username}?', { username: member.username }), about: inWords('They will no longer be a member of “{name}”. They can still follow it.', { name: club.name }), yes: inWords('Remove'), danger: true,
        action: () => clubs.remove(club.id, member.user_id),
      })
      if (gone) await reload()
    },
    withdrawInvitation: (/** @type {{ id: number }} */ invitation) => thenReload(() => invitations.withdraw(invitation.id)),
    editProfile: (/** @type {Profile} */ person) => profileForm.built().open(person),
    toggleFollowPerson: (/** @type {Profile} */ person) => attempt(() => (shell.state.followedPeople.has(person.id) ? shell.unfollowPerson : shell.followPerson)(person.id)),
    toggleBlock: (/** @type {Profile} */ person) => attempt(() => {
      const other = { user_id: person.id, username: person.username }
      return shell.blocks.has(person.id) ? shell.unblock(other) : shell.block(other)
    }),
  }

  return {
    actions,
    load,
    /** Whether this room has ended, as far as is known. */
    hasEnded: (/** @type {number} */ id) => lookups.room.state.key === id && lookups.room.state.phase === 'ready',
    get state() {
      return Object.fromEntries(Object.entries(lookups).map(([name, each]) => [name, each.state]))
    },
  }
}
