import { stageOrder } from '../../room/speaking.js'
import { createInteraction } from '../elements/interaction.js'

/**
 * The order of the people on stage: as they joined, and in a big room recent speakers first. While the stage is being used nobody moves.
 * @param {HTMLElement} stage
 * @param {() => void} ended  it is not used any more: people may move
 */
export function createStageOrder(stage, ended) {
  const interaction = createInteraction(stage, ended)
  /** @type {number[]} */ let shown = []

  /** @template {{ user_id: number }} T @param {readonly T[]} people @param {readonly number[]} spoke @returns {readonly T[]} */
  return function order(people, spoke) {
    const wanted = stageOrder(people, spoke)
    const result = interaction.active ? keptInPlace(people, wanted) : wanted
    shown = result.map(({ user_id }) => user_id)
    return result
  }

  /** @template {{ user_id: number }} T @param {readonly T[]} people @param {readonly T[]} wanted @returns {readonly T[]} */
  function keptInPlace(people, wanted) {
    const known = new Map(people.map((person) => [person.user_id, person]))
    const stay = shown.flatMap((user_id) => known.get(user_id) ?? [])
    const places = new Set(stay.map(({ user_id }) => user_id))
    return [...stay, ...wanted.filter(({ user_id }) => !places.has(user_id))]
  }
}
