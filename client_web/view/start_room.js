import { createDialog } from './dialog.js'
import { element, mark, say } from './element.js'
import { problemInWords } from './words.js'

const STAGES = [
  ['open', 'Open stage', 'Everyone who walks in may talk.'],
  ['moderated', 'Moderated stage', 'People walk in as listeners; you bring them up.'],
]

/**
 * Starting a room: a name, a club or none, an open or a moderated stage. One row in `rooms`, and in we go.
 * @param {{ start: (room: {name: string, club_id: number|null, stage: string}) => Promise<void>, clubs: () => Promise<{id: number, name: string}[]> }} acts
 */
export function createStartRoom({ start, clubs }) {
  const name = element('input', { id: 'room-name', class: 'field__input', name: 'name', required: true, maxlength: '120', autocomplete: 'off', placeholder: 'What is it about?', 'aria-describedby': 'room-refusal' })
  const refusal = element('p', { class: 'field__refusal', id: 'room-refusal', role: 'alert' })
  const club = element('select', { id: 'room-club', class: 'field__input', name: 'club' })
  const stages = STAGES.map(([value, title, about]) => element('label', { class: 'choice' },
    element('input', { type: 'radio', name: 'stage', value, checked: value === 'open' }),
    element('span', { class: 'choice__text' }, element('strong', { text: title }), element('span', { class: 'quiet', text: about }))))
  const go = element('button', { class: 'button button--action', type: 'submit', text: 'Open the door' })
  const form = element('form', { class: 'dialog__form', on: { submit } },
    element('div', { class: 'field' }, element('label', { class: 'field__label', for: 'room-name', text: 'Name' }), name, refusal),
    element('div', { class: 'field' }, element('label', { class: 'field__label', for: 'room-club', text: 'Club' }), club),
    element('fieldset', { class: 'field field--choices' }, element('legend', { class: 'field__label', text: 'Stage' }), ...stages),
    go)
  const dialog = createDialog('Start a room', form)

  async function submit(event) {
    event.preventDefault()
    const wanted = name.value.trim()
    if (!wanted) {
      say(refusal, 'A room needs a name.')
      return name.focus()
    }
    mark(go, 'aria-disabled', 'true')
    try {
      await start({ name: wanted, club_id: club.value ? Number(club.value) : null, stage: new FormData(form).get('stage') })
      dialog.close()
      form.reset()
    } catch (problem) {
      say(refusal, problemInWords(problem))
      mark(name, 'aria-invalid', 'true')
      name.focus()
    } finally {
      mark(go, 'aria-disabled', null)
    }
  }

  async function fill() {
    const chosen = club.value
    const all = await clubs().catch(() => [])
    club.replaceChildren(element('option', { value: '', text: 'No club' }), ...all.map(({ id, name: title }) => element('option', { value: String(id), text: title })))
    club.value = all.some(({ id }) => String(id) === chosen) ? chosen : ''
  }

  return {
    element: dialog.element,
    open() {
      say(refusal, '')
      mark(name, 'aria-invalid', null)
      if (!club.firstChild) club.append(element('option', { value: '', text: 'No club' }))
      dialog.open()
      name.focus()
      fill()
    },
  }
}
