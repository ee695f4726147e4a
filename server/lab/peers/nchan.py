"""nginx with nchan: written to by POST, followed by server-sent events. Debian's package."""

from __future__ import annotations

import json
from typing import Final

from ...tools import nchan, nginx
from ...tools.network import Place
from ...tools.processes import free_port
from ...tools.program_versions import package_version
from ...tools.waiting import in_thread
from .debian import required
from .followers import FollowedHere, StreamFollower
from .lane import About, Setting, Surroundings
from .plan import Act
from .posting import Posting
from .process import Process
from .refusals import CannotStart

LOCATIONS: Final = """
    location ~ ^/write/(\\w+)$ {{
      nchan_publisher;
      nchan_channel_id $1;
      {storage}
    }}
    location ~ ^/events/(\\d+)$ {{
      nchan_subscriber eventsource;
      nchan_channel_id room follower_$1;
      nchan_subscriber_first_message newest;
    }}
"""
STORAGE: Final[dict[Setting, str]] = {
    "default": "",
    "fastest": "nchan_store_messages off;",
    "recovery": "nchan_message_buffer_length 1000;",
}
ABOUT: Final[dict[Setting, About]] = {
    "default": About(
        "nchan",
        "nchan",
        "nginx nchan",
        "default",
        "its defaults: it keeps ten messages of a channel",
        "Last-Event-ID, as far as ten messages reach",
    ),
    "fastest": About(
        "nchan",
        "nchan-fastest",
        "nginx nchan, fastest",
        "fastest",
        "nchan_store_messages off (its documentation: Message storage)",
        "none: nothing is kept",
    ),
    "recovery": About(
        "nchan",
        "nchan-recovery",
        "nginx nchan, recovery",
        "recovery",
        "nchan_message_buffer_length 1000",
        "Last-Event-ID, in the memory of nginx",
    ),
}
CONNECTIONS: Final = 2048


class Nchan(FollowedHere):
    def __init__(self, setting: Setting, around: Surroundings) -> None:
        super().__init__(around)
        self.about = ABOUT[setting]
        self._storage = STORAGE[setting]
        self._place = Place(free_port())
        self._posting = Posting(self._place)

    async def start(self) -> None:
        program = required("nginx", nchan.PACKAGE)
        if not nchan.installed():
            raise CannotStart(
                "nginx is there, its module nchan is not",
                f"install it: apt-get install {nchan.PACKAGE}",
            )
        self.versions = {name: await package_version(name) for name in ("nginx", nchan.PACKAGE)}
        configuration = self.folder / "nginx.conf"
        text = nginx.CONFIGURATION.format(
            folder=self.folder,
            port=self._place.port,
            locations=LOCATIONS.format(storage=self._storage),
            main=f"load_module {nchan.MODULE};",
            connections=CONNECTIONS,
        )
        await in_thread(configuration.write_text, text)
        await in_thread(
            self.folder.chmod, 0o755
        )  # its workers run as another user when root starts it
        errors = self.folder / "nginx-error.log"
        command = (program, "-p", str(self.folder), "-e", str(errors), "-c", str(configuration))
        self.server = Process("nginx", command, errors, self._place)
        await self.server.start()

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        place = await self.reached(self._place, through_proxy=through_proxy)
        await self.followers.start([StreamFollower(place, f"/events/{n}") for n in numbers])

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        key, event = self.event(kind, participant)
        channel = "room" if to is None else f"follower_{to}"
        await self._posting.post(participant, f"/write/{channel}", json.loads(event))
        return key

    async def close_participants(self) -> None:
        await self._posting.close()
