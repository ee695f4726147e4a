import { addressOf, addressOfClub, addressOfInvitation, HOME, shareable } from '../addresses.js'
import { createInvitationsList } from '../view/invitations/list.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { createInvite } from '../view/invitations/invite.js'

/** @import { Invitation } from '../room/invitations.js' */

/**
 * Inviting people, and answering invitations.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function invitationActions(context) {
  const { shell, refusal, withName } = context
  const { invitations } = shell

  /** Accepts and goes to the room or club. Resolves with the text of a refusal. */
  const accept = (/** @type {string} */ code) => refusal(async () => {
    const { room_id, club_id } = await invitations.accept(code)
    await shell.reloadFollowing()
    context.route.go(room_id ? addressOf(room_id) : addressOfClub(club_id))
  })
  const decline = (/** @type {string} */ code) => refusal(() => invitations.decline(code))

  const list = whenOpened(() => createInvitationsList({
    acceptInvitation: (one) => accept(one.code),
    declineInvitation: (one) => decline(one.code),
  }))
  const invite = whenOpened(() => createInvite({
    suggest: async (beginning) => (await shell.profiles.suggest(beginning)).filter((name) => name !== context.session.user?.username),
    async make(place, how) {
      const made = await invitations.make(place.kind === 'room' ? { room_id: place.id } : { club_id: place.id }, how)
      if (place.kind === 'club') context.reload() // its page lists them, and no stream says that they changed
      return made
    },
    linkOf: (code) => shareable(addressOfInvitation(code)),
  }))
  shell.subscribe((state) => list.update(state.invitations.list))

  return {
    showInvitations: () => list.built().open(),
    async acceptInvitation(/** @type {Invitation} */ one) {
      shell.seenInvitation(one.id)
      const refused = await accept(one.code)
      if (refused) context.view.showNotice(refused)
    },
    dismissInvitation: (/** @type {Invitation} */ one) => shell.seenInvitation(one.id),
    /** From the page of an invitation link; signs in first if needed. */
    acceptLink: (/** @type {string} */ code) => /** @type {Promise<string|undefined>} */ (new Promise((resolve) => withName(() => accept(code).then(resolve)))),
    async declineLink(/** @type {string} */ code) {
      const refused = await decline(code)
      if (refused) return refused
      context.route.go(HOME)
      return undefined
    },
    /** Invites somebody to the present room. */
    inviteHere() {
      const roomSession = context.seated()
      const { room, me } = roomSession?.state ?? {}
      if (!room) return
      const hosts = me?.role === 'HOST' || me?.role === 'MODERATOR'
      const address = room.access === 'invited' ? null : shareable(addressOf(room.id))
      invite.built().open({ kind: 'room', id: room.id, name: room.name, address, links: hosts })
    },
    inviteToClub: (/** @type {{ id: number, name: string }} */ club) => invite.built().open({ kind: 'club', id: club.id, name: club.name, address: null, links: true }),
  }
}
