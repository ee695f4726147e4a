"""Speech through a node stays intelligible where everybody's network loses packets and delivers them late and out of order."""

from __future__ import annotations

import asyncio

import numpy as np
from numpy.typing import NDArray
from roomtone.lab.topology.intelligibility import Sound, intelligibility
from roomtone.media.aiortc_internals.packets import receive_packets
from roomtone.media.jitter_buffer import JitterBuffer
from roomtone.media.node.mcu import Mcu
from roomtone.media.node.sfu import Sfu
from roomtone.media.opus import FRAME_SAMPLES

from ....patience import PATIENCE
from .intelligible import speech
from .lossy import LOSS, Hop
from .people import Person, Tone, seat

SECONDS = 3.0  # of speech
BEFORE = 25  # frames in which the buffers get to know the network
AFTER = 60  # frames in which the end is still on its way
LATEST = 1.5  # seconds; two jitter buffers at their deepest, and a busy machine
UNDERSTOOD = 0.75
"""Where speech counts as intelligible: the paper's listeners understood about nine words in ten there."""

TRIES = 3  # judged together


class Speech(Tone):
    """A sound, after a moment of silence."""

    def __init__(self, sound: Sound) -> None:
        super().__init__(0)
        silence = np.zeros(BEFORE * FRAME_SAMPLES)
        self._sound = np.concatenate([silence, 30_000 * sound])

    def samples(self, at: NDArray[np.int64]) -> Sound:
        found = np.zeros(len(at))
        there = at < len(self._sound)
        found[there] = self._sound[at[there]]
        return found


async def heard_through(
    node: Sfu | Mcu, clean: Sound, *, lossy: bool
) -> tuple[Sound, tuple[Hop, Hop], JitterBuffer]:
    """What a listener hears of a speaker; between each and the node is a hop, which loses one datagram in twenty if `lossy`."""
    speaker, listener, buffer = Person(1), Person(2, 0, "AUDIENCE"), JitterBuffer()
    line = speaker.connection.addTransceiver("audio", direction="sendrecv")
    receive_packets(listener.connection.addTransceiver("audio", direction="recvonly"), buffer.push)
    await seat(node, [speaker, listener])
    heard: list[Sound] = []
    async with Hop(1) as one, Hop(2) as other:
        try:
            for person, hop in ((speaker, one), (listener, other)):
                answer = await node.answer(person.peer, hop.hidden(await person.offer(1)))
                await person.answer(hop.through(answer))
            async with asyncio.timeout(PATIENCE):
                for connection in node.connections.values():
                    assert await connection.until("connected") == "connected"
            one.lossy = other.lossy = lossy
            line.sender.replaceTrack(Speech(clean))
            began = asyncio.get_running_loop().time()
            for count in range(BEFORE + int(SECONDS * 50) + AFTER):
                due = began + count * 0.02
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
                frame = buffer.pull()
                heard.append(np.zeros(FRAME_SAMPLES) if frame is None else frame.astype(float))
        finally:
            await node.close()
            await speaker.leave()
            await listener.leave()
    return np.concatenate(heard), (one, other), buffer


def test_the_measure_knows_what_is_no_longer_intelligible() -> None:
    clean = speech(SECONDS)
    gone = clean.copy()
    for start in range(0, len(gone), 3 * FRAME_SAMPLES):
        gone[start : start + FRAME_SAMPLES] = 0
    later = np.concatenate([np.zeros(10_000), 0.1 * clean])
    assert intelligibility(clean, later, 0, LATEST).min() > 0.95
    assert intelligibility(clean, gone, 0, LATEST).mean() < UNDERSTOOD
    assert intelligibility(clean, speech(SECONDS, seed=8), 0, LATEST).mean() < UNDERSTOOD


async def test_speech_stays_intelligible_with_5_percent_loss_and_30_ms_jitter_at_either_end() -> (
    None
):
    """Beside each is the same speech over a good network, at the same time: what that loses, the machine took, for other processes."""
    clean = speech(SECONDS)
    for kind in (Sfu, Mcu):
        pairs: list[NDArray[np.float64]] = []
        hops: list[Hop] = []
        repaired = 0
        for _ in range(TRIES):
            (worse, used, buffer), (better, *_) = await asyncio.gather(
                *(heard_through(kind(), clean, lossy=lossy) for lossy in (True, False))
            )
            hops += used
            repaired += buffer.lost
            scores = [
                intelligibility(clean, sound, BEFORE * FRAME_SAMPLES, LATEST)
                for sound in (worse, better)
            ]
            pairs.append(np.array(scores))
        # It was as bad as it should be. (A busy machine sends less, and further apart.)
        passed, lost = sum(hop.passed for hop in hops), sum(hop.lost for hop in hops)
        assert lost > LOSS / 2 * (lost + passed)
        assert sum(hop.overtaken for hop in hops) > passed / 50
        assert repaired > 0
        lossy, good = np.concatenate(pairs, axis=1)
        # As a whole, and of every four stretches three at least.
        assert lossy.mean() >= UNDERSTOOD * good.mean(), (kind, pairs)
        assert (lossy >= UNDERSTOOD * good).mean() >= UNDERSTOOD, (kind, pairs)
