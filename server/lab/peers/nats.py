"""NATS over WebSocket: core subjects, which keep nothing, and JetStream, which keeps every message in a file."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from ...tools.network import Place, Tally
from ...tools.processes import free_port
from ...tools.program_versions import program_version
from ...tools.waiting import in_thread
from .debian import required
from .followers import LOST, FollowedHere, Follower
from .lane import About, Setting, Surroundings
from .nats_client import NatsClient
from .plan import Act
from .process import Process
from .refusals import NotAccepted

CONFIGURATION: Final = """
listen: "127.0.0.1:{port}"
websocket {{ listen: "127.0.0.1:{websocket}", no_tls: true }}
{jetstream}
"""
STREAM: Final = "PEERS"
WITHIN: Final = 5.0  # seconds for an acknowledgement
ABOUT: Final[dict[Setting, About]] = {
    "default": About(
        "nats",
        "nats",
        "NATS over WebSocket",
        "default",
        "core subjects; also the fastest setting (its documentation: at most once)",
        "none: core subjects keep nothing",
    ),
    "recovery": About(
        "nats",
        "nats-jetstream",
        "NATS JetStream",
        "recovery",
        "a stream in a file, and an ordered consumer for each subject that is followed",
        "the sequence of the stream",
    ),
}


def subject_of(to: int | None) -> str:
    return "peers.room" if to is None else f"peers.follower.{to}"


class NatsFollower(Follower):
    """Follows the room and its own subject; with JetStream, from the message after the last it has seen."""

    def __init__(self, place: Place, number: int, *, stream: bool) -> None:
        super().__init__()
        self._place = place
        self._subjects = (subject_of(None), subject_of(number))
        self._stream = stream
        self._next = [0, 0]

    async def follow(self) -> None:
        client = await NatsClient.connect(self._place, self.tally)
        try:
            for place, subject in enumerate(self._subjects):
                if self._stream:
                    await self._consume(client, place, subject)
                else:
                    client.subscribe(subject, place + 1)
            await client.flush()
            self.follows.set()
            while True:
                message = await client.next()
                if self._stream:
                    # $JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.…: how a consumer names a message
                    sequence = int(message.reply.split(".")[5])
                    self._next[self._subjects.index(message.subject)] = sequence + 1
                self.arrived(json.loads(message.data)["key"], message.at)
        finally:
            client.close()

    async def _consume(self, client: NatsClient, place: int, subject: str) -> None:
        inbox = f"{client.inbox}.consumer.{place}"  # not one of the answers, `inbox.*`
        client.subscribe(inbox, place + 1)
        begin: dict[str, Any] = {"deliver_policy": "new"}
        if self._next[place]:
            begin = {"deliver_policy": "by_start_sequence", "opt_start_seq": self._next[place]}
        config = begin | {
            "deliver_subject": inbox,
            "filter_subject": subject,
            "ack_policy": "none",
            "max_deliver": 1,
            "mem_storage": True,
        }
        made = await client.request(
            f"$JS.API.CONSUMER.CREATE.{STREAM}", {"stream_name": STREAM, "config": config}
        )
        # a cut before the first message: continue from here all the same
        self._next[place] = self._next[place] or made["delivered"]["stream_seq"] + 1


class Nats(FollowedHere):
    def __init__(self, setting: Setting, around: Surroundings) -> None:
        super().__init__(around)
        self.about = ABOUT[setting]
        self._stream = setting == "recovery"
        self._place = Place(free_port())
        self._clients: dict[int, NatsClient] = {}

    async def start(self) -> None:
        program = required("nats-server", "nats-server")
        self.versions = {"nats-server": await program_version(program, "--version")}
        configuration = self.folder / "nats.conf"
        jetstream = f'jetstream {{ store_dir: "{self.folder}" }}' if self._stream else ""
        text = CONFIGURATION.format(
            port=free_port(), websocket=self._place.port, jetstream=jetstream
        )
        await in_thread(configuration.write_text, text)
        command = (program, "-c", str(configuration))
        self.server = Process("nats-server", command, self.folder / "nats.log", self._place)
        await self.server.start()
        if self._stream:
            client = await NatsClient.connect(self._place, Tally())
            settings = {"name": STREAM, "subjects": ["peers.>"], "storage": "file"}
            await client.request(f"$JS.API.STREAM.CREATE.{STREAM}", settings)
            client.close()

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        place = await self.reached(self._place, through_proxy=through_proxy)
        await self.followers.start(
            [NatsFollower(place, number, stream=self._stream) for number in numbers]
        )

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        """Acknowledged by JetStream when it is in the stream, and otherwise when the server has read it."""
        key, event = self.event(kind, participant)
        try:
            async with asyncio.timeout(WITHIN):
                if participant not in self._clients:
                    self._clients[participant] = await NatsClient.connect(self._place, Tally())
                client = self._clients[participant]
                if self._stream:
                    await client.request(subject_of(to), event.encode())
                else:
                    client.publish(subject_of(to), event.encode())
                    await client.flush()
        except LOST as error:
            broken = self._clients.pop(participant, None)
            if broken is not None:
                broken.close()
            raise NotAccepted(f"{type(error).__name__}: {error}") from error
        return key

    async def close_participants(self) -> None:
        for client in self._clients.values():
            client.close()
