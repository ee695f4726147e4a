import { createDialog } from '../dialog/dialog.js'
import { createChoices, createForm } from '../dialog/form.js'
import { element } from '../elements/element.js'
import { inWords } from '../../words/language.js'

/**
 * The question whether what I say may be written, and by whom.
 * @param {{ agree: (by: 'self'|'operator'|null) => Promise<unknown> }} actions
 */
export function createCaptionsChoice({ agree }) {
  const by = createChoices({
    name: 'captioned_by',
    label: inWords('Who writes what you say?'),
    chosen: 'nobody',
    choices: [
      ['nobody', inWords('Nobody'), inWords('Others only hear you.')],
      ['self', inWords('This browser'), inWords('It recognises what you say while your microphone is on. To do so, it may send your voice to its maker.')],
      ['operator', inWords('A program of this site'), inWords('Those who run this site recognise what you say, if their program is in this room.')],
    ],
  })
  const kept = element('p', { class: 'quiet', text: inWords('Everybody in this room can read it. It is kept for two hours, or as long as a recording that is running. Reports of people in this room keep what was written lately, too.') })
  const mixed = element('p', { class: 'quiet', text: inWords('In this room a server mixes all voices now, so the program of this site cannot tell who speaks, and writes nothing.') })
  const form = createForm({ fields: { by }, rules: { participants_captioned_by_is_known: ['by'] }, go: inWords('Save'), submit }, by.element, mixed, kept)
  const dialog = createDialog(inWords('Captions of what you say'), form.element)

  async function submit() {
    await agree(by.value === 'nobody' ? null : /** @type {'self'|'operator'} */ (by.value))
    dialog.close()
  }

  return {
    element: dialog.element,
    /** @param {import('../../room/captions.js').CaptionsState|null} state @param {string} [topology]  of the room */
    open(state, topology) {
      if (!state?.on) return
      form.clear()
      by.offer('self', state.speech !== 'none')
      mixed.hidden = topology !== 'mcu'
      by.choose(state.agreed ?? 'nobody')
      dialog.open()
    },
  }
}
