/**
 * Whether a received description is used. Of two offers that were sent at the same time (glare), the offer of the side that is
 * not polite counts (W3C WebRTC, section 10.7). An answer is used only while an offer waits for it.
 *
 * @param {RTCSdpType} kind
 * @param {object} self
 * @param {boolean} self.polite  this side gives way
 * @param {boolean} self.makingOffer  this side is making an offer
 * @param {RTCSignalingState} self.signalingState
 */
export function isUsed(kind, { polite, makingOffer, signalingState }) {
  if (kind === 'answer') return signalingState === 'have-local-offer'
  return polite || (!makingOffer && signalingState === 'stable')
}
