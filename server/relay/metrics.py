"""What this relay counts, in Prometheus' text format at `/metrics`.

Names follow Prometheus' conventions (prometheus.io, "Metric and label naming"): a unit at the end, `_total` for what only grows. No
label has the id of a room, a user or a session: each value of a label is a time series, so there must be a bound to them.
"""

from __future__ import annotations

import time
from collections import Counter as Counts
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from .. import __version__
from ..log.writers import Sent
from ..postgres.notifications import NotificationParser
from ..postgres.statements import Counted
from ..resource import resource
from ..supervision import Supervisor
from ..timings import Timing
from . import collectors
from .collectors import PoolStatistics

if TYPE_CHECKING:
    from ..bus.listener import BusListener

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

disable_created_metrics()  # type: ignore[no-untyped-call]  # the time at which each counter was made, which is when the process started


class Metrics:
    """One relay's counters; a registry of its own, so that several relays can live in one process.

    What happens for each delivery or request is counted in plain numbers, which `collectors.py` reads when somebody asks.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.notifications = Counter(
            "roomtone_notifications", "Notifications received.", registry=registry
        )
        self.resyncs = Counter(
            "roomtone_resyncs", "Times all heads were read again.", registry=registry
        )
        self.reads = Counter(
            "roomtone_log_reads", "Reads of the log after notifications.", registry=registry
        )
        self.events = Counter("roomtone_events", "Events read from the log.", registry=registry)
        self.streams = Gauge("roomtone_streams", "Open event streams.", registry=registry)
        self.cut = Counter(
            "roomtone_readers_cut", "Readers cut off for being too slow.", registry=registry
        )
        self.connections_given_up = Counter(
            "roomtone_connections_given_up",
            "Connections closed or refused because there were too many.",
            registry=registry,
        )
        self.listener_silent = Counter(
            "roomtone_listener_silent",
            "Times the listener received no notifications while its connection looked alive.",
            registry=registry,
        )
        self.notify_queue = Gauge(
            "roomtone_notify_queue_usage_ratio",
            "How full PostgreSQL's NOTIFY queue is (pg_notification_queue_usage), 0 to 1.",
            registry=registry,
        )
        self.rooms = Gauge(
            "roomtone_rooms_followed", "Rooms followed through this relay.", registry=registry
        )
        about = Gauge(
            "roomtone_build_info",
            "Always 1; the label is the release.",
            ["version"],
            registry=registry,
        )
        about.labels(__version__).set(1)
        ProcessCollector(registry=registry)
        self.sent = Sent()
        self.commit_to_write = Timing()
        self.openings = Timing()
        self.loop_lag = Timing()
        self.pauses = Timing()
        self.requests: Counts[tuple[str, str, int]] = Counts()
        """Answers by method, route and status."""
        self.answers = Timing()
        self._paused: dict[object, float] = {}
        registry.register(collectors.Streams(self.sent))
        registry.register(collectors.Requests(self.requests))
        registry.register(collectors.Timings(self.timings))
        registry.register(collectors.SlowestReader(self._paused))

    @property
    def timings(self) -> Mapping[str, tuple[Timing, str]]:
        """The histograms by name, with their descriptions."""
        return {
            "roomtone_commit_to_write_seconds": (
                self.commit_to_write,
                "From the commit of an event until it was written to all its readers that read what they are sent.",
            ),
            "roomtone_write_loop_seconds": (
                self.sent.loops,
                "Writing something to all readers, in one loop: how much later the last one gets it than the first.",
            ),
            "roomtone_stream_opening_seconds": (
                self.openings,
                "From the request for a stream until its first frames were written.",
            ),
            "roomtone_reader_pause_seconds": (
                self.pauses,
                "How long readers did not read, until they read again or their stream ended.",
            ),
            "roomtone_event_loop_lag_seconds": (
                self.loop_lag,
                "How much later than planned the process did something, four times a second.",
            ),
            "roomtone_http_response_seconds": (
                self.answers,
                "From the head of a request until the head of its answer.",
            ),
        }

    def reader_paused(self, reader: object) -> None:
        """This reader does not read what it is sent."""
        self._paused.setdefault(reader, time.monotonic())

    def reader_resumed(self, reader: object) -> None:
        """This reader reads again, or its stream has ended."""
        since = self._paused.pop(reader, None)
        if since is not None:
            self.pauses.add(time.monotonic() - since)

    def count_database(self, counted: Counted, pools: Callable[[], PoolStatistics]) -> None:
        """Include what the database pools count."""
        self.registry.register(collectors.Statements(counted))
        self.registry.register(collectors.Pools(pools))

    def show_ready(self, ready: Callable[[], bool]) -> None:
        """Include whether the relay is ready."""
        gauge = Gauge(
            "roomtone_ready",
            "1 while what is written reaches the subscribers, as /ready says; 0 otherwise.",
            registry=self.registry,
        )
        gauge.set_function(ready)

    def count_bus(self, bus: BusListener) -> None:
        """Include what this relay receives from the bus; without one there are no such metrics."""
        self.registry.register(collectors.Bus(bus))

    def count_failures(self, tasks: Supervisor, parser: NotificationParser) -> None:
        """Include which tasks failed, and how many notifications were ignored."""
        self.registry.register(collectors.Failures(tasks, parser))


async def metrics(request: Request) -> Response:
    return Response(generate_latest(request.state.metrics.registry), media_type=CONTENT_TYPE)


routes: list[BaseRoute] = [resource("/metrics", get=metrics)]
