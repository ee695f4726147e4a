import { createInvitationsList } from '../view/invitations_list.js'
import { createInvite } from '../view/invite.js'
import { addressOf, addressOfClub, addressOfInvitation, shareable } from '../view/route.js'

/**
 * Asking people in, and answering who asks me.
 * @param {ReturnType<typeof import('./commons.js').createCommons>} commons
 */
export function invitationActs(commons) {
  const { house, refusal, withName } = commons
  const { invitations } = house

  /** Yes: the rest is walking there. Resolves with a refusal's words. */
  const accept = (code) => refusal(async () => {
    const { room_id, club_id } = await invitations.accept(code)
    await house.learnFollowing()
    commons.route.go(room_id ? addressOf(room_id) : addressOfClub(club_id))
  })
  const decline = (code) => refusal(() => invitations.decline(code))

  const list = createInvitationsList({
    acceptInvitation: (one) => accept(one.code),
    declineInvitation: (one) => decline(one.code),
  })
  const invite = createInvite({
    suggest: async (beginning) => (await house.profiles.suggest(beginning)).filter((name) => name !== commons.session.user?.username),
    make: (place, how) => invitations.make(place.kind === 'room' ? { room_id: place.id } : { club_id: place.id }, how),
    linkOf: (code) => shareable(addressOfInvitation(code)),
  })
  commons.add(list, invite)
  house.subscribe((state) => list.update(state.invitations.list))

  return {
    showInvitations: () => list.open(),
    async acceptInvitation(one) {
      house.seenInvitation(one.id)
      const refused = await accept(one.code)
      if (refused) commons.view.tell(refused)
    },
    putInvitationAway: (one) => house.seenInvitation(one.id),
    /** The page of a link: whoever is signed out says who they are first, and then it goes on by itself. */
    acceptLink: (code) => new Promise((resolve) => withName(() => accept(code).then(resolve))),
    async declineLink(code) {
      const refused = await decline(code)
      if (refused) return refused
      commons.route.go('/')
      return undefined
    },
    /** From inside a room: asking somebody to come here too. */
    inviteHere() {
      const visit = commons.seated()
      const { room, me } = visit?.state ?? {}
      if (!room) return
      const hosts = me?.role === 'HOST' || me?.role === 'MODERATOR'
      const address = room.access === 'invited' ? null : shareable(addressOf(room.id))
      invite.open({ kind: 'room', id: room.id, name: room.name, address, links: hosts })
    },
    inviteToClub: (club) => invite.open({ kind: 'club', id: club.id, name: club.name, address: null, links: true }),
  }
}
