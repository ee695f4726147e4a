"""Measures one topology with one crowd: a room of its own, the same relay, nodes and people as all the others."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import psutil

from ...media.edge.janus import JanusLost, JanusRefused
from ...supervision import begin as watch
from ...tools.percentiles import spread
from ...tools.usage import processor
from ...tools.worker import ANSWERS_WITHIN
from ..quoted.figures import kept
from .figures import Cost, Link, Measurement
from .janus_call import number_of
from .marks import Mark, delays
from .place import Setup, place_of
from .plan import MIXED, Crowd, Plan, Topology

ENTERS_WITHIN: Final = 60.0  # seconds, and a tenth of one for each pair
EARS: Final = 3  # people whose audio is looked into
HEARD_WITHIN: Final = 60.0  # seconds to decode it, and search it
NEWCOMERS: Final = 3
SETTLES: Final = 1.0  # seconds, after all hear all speakers
AHEAD: Final = 0.3  # seconds that processes learn beforehand when to begin
ARRIVES_WITHIN: Final = 1.0
"""Seconds; a mark said later than this before the end may still be on its way."""


class Ended(Exception):
    """What serves this topology ended by itself; the text says what, and the others can still be measured."""


async def measure(setup: Setup, topology: Topology, crowd: Crowd, plan: Plan) -> Measurement:
    """Raises Ended, Broken and psycopg errors."""
    lane = setup.janus.get(topology)
    if lane is None:
        return await _measure(setup, topology, crowd, plan)
    try:
        one = await _measure(setup, topology, crowd, plan)
    except (JanusLost, JanusRefused, psutil.Error, OSError) as error:
        raise Ended(f"{lane.name} ended, or refused a room for {crowd}: {error}") from error
    if lane.ended:
        raise Ended(f"{lane.name} ended by itself with {crowd}")
    return one


async def _measure(setup: Setup, topology: Topology, crowd: Crowd, plan: Plan) -> Measurement:
    users = await _users(setup, topology, crowd)
    async with place_of(setup, topology, crowd) as place:
        try:
            entering = await _enter(setup, place, topology, crowd)
            await asyncio.sleep(SETTLES)
            counted, cost = await _count(setup, topology, plan)
            first = await _newcomers(setup, place)
        finally:
            leaving = (each.ask("leave") for each in setup.crowds)
            await asyncio.gather(*leaving, return_exceptions=True)
    said = [mark for each in counted for mark in each["said"]]
    looked = await asyncio.gather(
        *(
            each.ask("heard", users=users, said=said, within=HEARD_WITHIN + ANSWERS_WITHIN)
            for each in setup.crowds
        )
    )
    ears = [listener for each in looked for listener in each["ears"]]
    return _figures(topology, crowd, entering, counted, ears, cost, first)


def names(crowd: Crowd, run: str) -> list[str]:
    """Speakers first. The same people come to every room."""
    speakers = [f"lab {run} speaker {n}" for n in range(crowd.speakers)]
    return speakers + [f"lab {run} listener {n}" for n in range(crowd.listeners)]


def _shares(setup: Setup, crowd: Crowd) -> list[list[tuple[int, str]]]:
    """Who is in which process: each gets as many of a kind as the others."""
    everyone = list(enumerate(names(crowd, setup.bench.run)))
    return [everyone[n :: len(setup.crowds)] for n in range(len(setup.crowds))]


async def _users(setup: Setup, topology: Topology, crowd: Crowd) -> dict[str, int]:
    """`{number: voice}` of those who speak, as they are heard: by user, or in a Janus by its number."""
    if topology in setup.janus:
        return {str(number_of(voice)): voice for voice in range(crowd.speakers)}
    late = f"lab {setup.bench.run} newcomer"
    shares = _shares(setup, crowd)
    asked = [
        each.ask("sign_in", url=setup.url, names=[name for _, name in share] + ([late] if n == 0 else []))
        for n, (each, share) in enumerate(zip(setup.crowds, shares, strict=True))
    ]  # fmt: skip
    known = {name: user for ids in await asyncio.gather(*asked) for name, user in ids.items()}
    speakers = names(crowd, setup.bench.run)[: crowd.speakers]
    return {str(known[name]): voice for voice, name in enumerate(speakers)}


async def _enter(
    setup: Setup, place: dict[str, Any], topology: Topology, crowd: Crowd
) -> dict[str, Any]:
    # Those who only listen are the ones to ask; without any, speakers.
    first_ear = crowd.speakers if crowd.listeners >= EARS else max(0, crowd.people - EARS)
    ears = range(first_ear, first_ear + EARS)

    def person(number: int, name: str) -> dict[str, Any]:
        speaks = number < crowd.speakers
        mixed = topology in MIXED
        hears = 1 if mixed else crowd.speakers - speaks
        return {
            "name": name,
            "voice": number if speaks else None,
            "hears": hears,
            "decoded": number in ears,
            # A mix is one stream, of which all are alike.
            "light": mixed and not speaks and number not in ears,
        }

    patience = ENTERS_WITHIN + crowd.pairs / 10
    seconds = 0.0
    answers: list[dict[str, Any]] = []
    # Speakers first, then all listeners at once.
    for speaking in (True, False):
        shares = [
            [
                person(number, name)
                for number, name in share
                if (number < crowd.speakers) == speaking
            ]
            for share in _shares(setup, crowd)
        ]
        answers = await asyncio.gather(
            *(
                each.ask(
                    "enter",
                    within=patience + ANSWERS_WITHIN,
                    place=place,
                    people=share,
                    patience=patience,
                )
                for each, share in zip(setup.crowds, shares, strict=True)
            )
        )
        seconds += max(each["seconds"] for each in answers)
    return {
        "seconds": seconds,
        "deaf": sum(each["deaf"] for each in answers),
        "troubles": [words for each in answers for words in each["troubles"]],
    }


async def _count(setup: Setup, topology: Topology, plan: Plan) -> tuple[list[dict[str, Any]], Cost]:
    begin = time.monotonic() + AHEAD
    end = begin + plan.duration
    counting = [
        watch(
            each.ask(
                "measure",
                within=plan.duration + ANSWERS_WITHIN,
                begin=begin,
                duration=plan.duration,
            ),
            "measure",
        )
        for each in setup.crowds
    ]
    await asyncio.sleep(begin - time.monotonic())
    psutil.cpu_percent()
    stage, edge = setup.nodes[topology][:1], setup.nodes[topology][1:]
    before, before_edge, at = spent(stage), spent(edge), time.monotonic()
    await asyncio.sleep(end - time.monotonic())
    after, after_edge, seconds = spent(stage), spent(edge), time.monotonic() - at
    busy = psutil.cpu_percent() / 100
    answers = await asyncio.gather(*counting)
    late = [value for each in answers for value in each["late"]]
    return answers, Cost(
        seconds=round(seconds, 3),
        node=round(
            max(
                0.0,
                (after - before + after_edge - before_edge) / seconds
                - setup.idle.get(topology, 0.0),
            ),
            4,
        ),
        edge=round((after_edge - before_edge) / seconds, 4) if edge else None,
        people=[round(each["cpu"] / each["seconds"], 3) for each in answers],
        machine=round(busy, 3),
        loop=spread([value * 1000 for value in late]),
    )


def spent(processes: Iterable[psutil.Process]) -> float:
    """Seconds of processor time of these nodes, and of the Janus that an edge leads."""
    return sum(
        processor(each)
        for process in processes
        for each in (process, *process.children(recursive=True))
    )


async def idle(processes: Sequence[psutil.Process], seconds: float = 2.0) -> float:
    """What nodes without rooms cost, of a core."""
    before, at = spent(processes), time.monotonic()
    await asyncio.sleep(seconds)
    return (spent(processes) - before) / (time.monotonic() - at)


async def _newcomers(setup: Setup, place: dict[str, Any]) -> list[float | None]:
    late = f"lab {setup.bench.run} newcomer"
    return [
        (await setup.crowds[0].ask("newcomer", place=place, name=late, patience=8.0))["seconds"]
        for _ in range(NEWCOMERS)
    ]


def _figures(
    topology: Topology,
    crowd: Crowd,
    entering: dict[str, Any],
    answers: list[dict[str, Any]],
    ears: list[dict[str, Any]],
    cost: Cost,
    first: list[float | None],
) -> Measurement:
    said = [Mark(**mark) for each in answers for mark in each["said"]]
    last = max((mark.at for mark in said), default=0.0) - ARRIVES_WITHIN
    taken: dict[Mark, list[float]] = {}
    missed = due = 0
    for listener in ears:
        audible = [mark for mark in said if mark.voice in listener["voices"]]
        late, lost = delays(audible, [Mark(**mark) for mark in listener["marks"]], last)
        for mark, seconds in late.items():
            taken.setdefault(mark, []).append(round(seconds * 1000, 3))
        missed += lost
        due += sum(mark.at < last for mark in audible)
    received = sum(each["received"] for each in answers)
    lost = sum(each["lost"] for each in answers)
    # Of whom nothing came at all, no numbers are missing, and yet everything is.
    streams = sum(each["streams"] for each in answers)
    lost += sum(each["missing"] for each in answers) * round(received / max(1, streams) or 50 * cost.seconds)  # fmt: skip
    heard = [value for value in first if value is not None]
    understood = [value for listener in ears for value in listener["understood"]]
    return Measurement(
        topology=topology,
        speakers=crowd.speakers,
        listeners=crowd.listeners,
        links={
            role: link
            for role in ("speaker", "listener")
            if (link := _link([x for each in answers for x in each["links"] if x["role"] == role]))
        },
        cost=cost,
        delays=kept(taken.values()),
        marks=due,
        marks_missed=missed,
        packets=received,
        lost=lost,
        deaf=entering["deaf"],
        entered=round(entering["seconds"], 2),
        first_audio=round(1000 * statistics.median(heard), 1) if heard else None,
        troubles=entering["troubles"],
        understood=round(statistics.median(understood), 3) if understood else None,
    )


def _link(sampled: list[dict[str, Any]]) -> Link | None:
    if not sampled:
        return None
    return Link(
        round(statistics.mean(each["connections"] for each in sampled), 2),
        round(statistics.mean(each["up"] for each in sampled)),
        round(statistics.mean(each["down"] for each in sampled)),
    )
