import { createDialog } from '../dialog/dialog.js'
import { element } from '../elements/element.js'
import { createField, createForm } from '../dialog/form.js'
import { inWords } from '../../words/language.js'

/** @import { Json } from '../../signaling/json.js' */

/** @import { Club } from '../../room/clubs.js' */

/** @type {Record<string, [field: string, words?: string]>} */
const RULES = {
  clubs_name_is_text: ['name', inWords('A name is one line of 1 to 80 characters.')],
  clubs_name_is_unique: ['name', inWords('There is already a club with this name.')],
  clubs_name_is_allowed: ['name'],
  clubs_name_looks_like_no_other: ['name', inWords('There is already a club whose name looks like this one.')],
  clubs_description_has_no_hidden_controls: ['description'],
  clubs_description_is_short: ['description', inWords('At most 2,000 characters.')],
}

/**
 * Creates a club, or changes its name, description and topic.
 * @param {{ create: (club: { name: string, description: string|null, topic: string|null }) => Promise<void>, change: (club: Club, change: Record<string, unknown>) => Promise<void>, topics: () => Promise<Json[]> }} actions
 */
export function createClubForm({ create, change, topics }) {
  /** @type {Club|null} */ let edited = null
  const fields = {
    name: createField({ id: 'club-name', label: inWords('Name'), most: 80, input: element('input', { name: 'name', autocomplete: 'off' }) }),
    description: createField({ id: 'club-description', label: inWords('What it is for'), most: 2000, input: element('textarea', { name: 'description', rows: '4' }) }),
    topic: createField({ id: 'club-topic', label: inWords('Topic'), input: element('select', { name: 'topic' }) }),
  }
  const form = createForm({ fields, rules: RULES, go: inWords('Create the club'), check: () => (fields.name.value ? null : ['name', inWords('A club needs a name.')]), submit },
    ...Object.values(fields).map((field) => field.element))
  const dialog = createDialog('', form.element)

  async function submit() {
    const { name, description, topic } = fields
    const said = { name: name.value, description: description.value || null }
    if (edited) await change(edited, { ...said, topic_id: topic.value ? Number(topic.value) : null })
    else await create({ ...said, topic: topic.value ? topic.input.selectedOptions[0]?.dataset.name ?? null : null })
    dialog.close()
    form.element.reset()
  }

  async function fill(/** @type {string|null|undefined} */ chosen) {
    const all = await topics().catch(() => [])
    fields.topic.input.replaceChildren(element('option', { value: '', text: inWords('No topic') }),
      ...all.map(({ id, name, emoji }) => element('option', { value: String(id), 'data-name': name, text: `${emoji ?? ''} ${name}`.trim() })))
    fields.topic.input.value = String(all.find(({ name }) => name === chosen)?.id ?? '')
  }

  return {
    element: dialog.element,
    /** @param {Club|null} club  null creates one */
    open(club) {
      if (edited !== club && (edited || club)) form.element.reset() // drop what was typed for another club
      edited = club
      form.clear()
      dialog.entitle(club ? inWords('Edit the club') : inWords('Create a club'))
      form.button.textContent = club ? inWords('Save') : inWords('Create the club')
      if (club) {
        fields.name.input.value = club.name
        fields.description.input.value = club.description ?? ''
      }
      dialog.open()
      fields.name.focus()
      fill(club?.topic)
    },
  }
}
