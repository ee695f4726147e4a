/**
 * The types of the two candidates a connection uses, by WebRTC's statistics; null while there are none.
 * @param {RTCStatsReport} stats @returns {import('./peer.js').Path|null}
 */
export function selectedPathOf(stats) {
  const pair = selectedPairOf(stats)
  const local = pair && stats.get(pair.localCandidateId)
  const remote = pair && stats.get(pair.remoteCandidateId)
  return local && remote ? { local: local.candidateType, remote: remote.candidateType } : null
}

/** The candidate pair in use; not every browser reports it in its transport. @param {RTCStatsReport} stats */
export function selectedPairOf(stats) {
  const all = [...stats.values()]
  const transport = all.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId)
  if (transport) return stats.get(transport.selectedCandidatePairId)
  return all.find(({ type, state, nominated }) => type === 'candidate-pair' && nominated && (state === undefined || state === 'succeeded'))
}
