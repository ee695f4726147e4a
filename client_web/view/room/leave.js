import { createDialog } from '../dialog/dialog.js'
import { element } from '../elements/element.js'
import { createPersonChoice } from '../elements/person_choice.js'
import { createRefusal } from '../elements/refusal.js'
import { inWords } from '../../words/language.js'

/** @import { Person } from '../../room/people.js' */

/**
 * Asks a host who leaves what becomes of the room: another host, it goes on without one, or it ends.
 * @param {{ handOverAndLeave: (person: Person) => Promise<unknown>, leaveRunning: () => Promise<unknown>, end: () => Promise<unknown> }} actions
 */
export function createLeave({ handOverAndLeave, leaveRunning, end }) {
  /** @type {(left: boolean) => void} */ let settle = () => {}
  let choices = 0
  let acting = false // the first choice counts
  const refusal = createRefusal()
  /** @type {ReturnType<typeof createPersonChoice<Person>>} */ const newHost = createPersonChoice('leave-new-host')
  const give = choice(inWords('Hand over and leave'), inWords('They are the host from now on.'), handOver)
  const row = element('div', { class: 'leave__part' }, element('label', { class: 'field__label', for: 'leave-new-host', text: inWords('New host') }), newHost.element, give)
  const nobody = element('p', { class: 'quiet', text: inWords('Nobody else is on stage, so there is nobody to hand the room over to.') })
  const dialog = createDialog(inWords('Leave the room?'), element('div', { class: 'leave' },
    element('p', { class: 'quiet', text: inWords('You are the host. Choose what becomes of the room.') }), refusal.element, row, nobody,
    element('div', { class: 'leave__part' }, choice(inWords('Leave it running'), inWords('The room stays open without you. You stay its host, and can come back.'), () => act(leaveRunning))),
    element('div', { class: 'leave__part' }, choice(inWords('End it for everyone'), inWords('Everybody leaves. The room cannot be opened again.'), () => act(end), true)),
    element('div', { class: 'confirm__buttons' }, element('button', { class: 'button', type: 'button', text: inWords('Stay'), on: { click: () => dialog.close() } }))))
  dialog.onClose(closed)

  /** @param {string} text @param {string} about @param {() => unknown} action */
  function choice(text, about, action, danger = false) {
    const id = `leave-${(choices += 1)}`
    return element('div', { class: 'leave__choice' },
      element('button', { class: danger ? 'button button--danger' : 'button', type: 'button', text, 'aria-describedby': id, on: { click: action } }),
      element('span', { class: 'quiet', id, text: about }))
  }

  async function act(/** @type {() => Promise<unknown>} */ action) {
    if (acting) return
    acting = true
    const left = await refusal.attempt(action)
    acting = false
    if (left) settle(true)
    if (left) dialog.close()
    else closed()
  }

  /** The event by which I leave may come before the answer, and closes the dialog: the answer decides. */
  function closed() {
    if (!acting && !dialog.element.open) settle(false)
  }

  function handOver() {
    const person = newHost.chosen
    if (person) act(() => handOverAndLeave(person))
    else newHost.refuse(refusal)
  }

  return {
    element: dialog.element,
    /** @param {readonly Person[]} stage @returns {Promise<boolean>} whether I have left */
    ask(stage) {
      settle(false)
      dialog.open()
      refusal.say(null)
      newHost.start(heirs(stage))
      update(stage)
      return new Promise((resolve) => {
        settle = (left) => {
          settle = () => {}
          resolve(left)
        }
      })
    },
    update,
    close: () => dialog.element.open && dialog.close(),
  }

  /** Moderators first, then those who came first. @param {readonly Person[]} stage */
  function heirs(stage) {
    const others = stage.filter((one) => !one.me && one.kind === 'person')
    return [...others.filter(({ role }) => role === 'MODERATOR'), ...others.filter(({ role }) => role !== 'MODERATOR')]
  }

  /** The choice follows the stage. @param {readonly Person[]} stage */
  function update(stage) {
    if (!dialog.element.open) return
    const next = heirs(stage)
    row.hidden = next.length === 0
    nobody.hidden = next.length > 0
    newHost.update(next)
  }
}
