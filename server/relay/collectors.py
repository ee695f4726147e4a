"""What `/metrics` computes when it is asked, from numbers that are counted elsewhere without prometheus-client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from ..log.writers import Sent
from ..postgres.notifications import NotificationParser
from ..postgres.statements import Counted
from ..supervision import Supervisor
from ..timings import BOUNDS, Timing

if TYPE_CHECKING:
    from ..bus.listener import BusListener

PoolStatistics = Mapping[str, Mapping[str, int]]
"""What psycopg_pool counts (its `get_stats`), by the pool's name."""

LABELS: Final = [floatToGoString(bound) for bound in (*BOUNDS, float("inf"))]  # type: ignore[no-untyped-call]


class Streams(Collector):
    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "roomtone_frames_sent", "Frames written to streams.", self._sent.frames
        )
        yield CounterMetricFamily(
            "roomtone_stream_sent_bytes", "Bytes written to streams.", self._sent.size
        )


class SlowestReader(Collector):
    """`paused`: since when each reader has not read, by time.monotonic(), the longest first."""

    def __init__(self, paused: Mapping[object, float]) -> None:
        self._paused = paused

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "roomtone_readers_paused",
            "Readers that do not read what they are sent now.",
            len(self._paused),
        )
        first = next(iter(self._paused.values()), None)
        yield GaugeMetricFamily(
            "roomtone_slowest_reader_seconds",
            "For how long the slowest of them has not read.",
            0.0 if first is None else time.monotonic() - first,
        )


class Timings(Collector):
    def __init__(self, timings: Mapping[str, tuple[Timing, str]]) -> None:
        self._timings = timings

    def collect(self) -> Iterator[Metric]:
        for name, (timing, description) in self._timings.items():
            buckets = list(zip(LABELS, map(float, timing.up_to()), strict=True))
            yield HistogramMetricFamily(name, description, buckets, timing.seconds)


class Requests(Collector):
    def __init__(self, answered: Mapping[tuple[str, str, int], int]) -> None:
        self._answered = answered

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "roomtone_http_requests",
            "Answers by method, route and status. Route is the path with names instead of ids.",
            labels=["method", "route", "code"],
        )
        for (method, route, status), times in sorted(self._answered.items()):
            family.add_metric([method, route, str(status)], times)
        yield family


class Statements(Collector):
    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "roomtone_statements",
            "Statements sent to the database, without BEGIN and COMMIT.",
            self._counted.statements,
        )
        yield CounterMetricFamily(
            "roomtone_transactions",
            "Transactions asked of the database.",
            self._counted.transactions,
        )


class Pools(Collector):
    """The pools of database connections: `users` for what users ask, `relay` for what the relay does itself."""

    def __init__(self, statistics: Callable[[], PoolStatistics]) -> None:
        self._statistics = statistics

    def collect(self) -> Iterator[Metric]:
        pools = self._statistics()
        for name, counted, description in (
            ("connections", "pool_size", "Connections open."),
            ("connections_idle", "pool_available", "Connections that nobody uses."),
            ("waiting", "requests_waiting", "Who waits for a connection now."),
        ):
            gauge = GaugeMetricFamily(f"roomtone_pool_{name}", description, labels=["pool"])
            for pool, values in pools.items():
                gauge.add_metric([pool], values.get(counted, 0))
            yield gauge
        for name, counted, divisor, description in (
            ("uses", "requests_num", 1, "Times a connection was asked for."),
            ("waits", "requests_queued", 1, "Times none was free, and the request waited."),
            ("wait_seconds", "requests_wait_ms", 1000, "Time that requests waited altogether."),
            ("timeouts", "requests_errors", 1, "Times the wait ended without a connection."),
        ):
            counter = CounterMetricFamily(f"roomtone_pool_{name}", description, labels=["pool"])
            for pool, values in pools.items():
                counter.add_metric([pool], values.get(counted, 0) / divisor)
            yield counter


class Failures(Collector):
    def __init__(self, tasks: Supervisor, parser: NotificationParser) -> None:
        self._tasks = tasks
        self._parser = parser

    def collect(self) -> Iterator[Metric]:
        failed = CounterMetricFamily(
            "roomtone_task_failures",
            "Background tasks that ended by an error, and were started again or ended the process.",
            labels=["task"],
        )
        for name, times in sorted(self._tasks.failures.items()):
            failed.add_metric([name], times)
        yield failed
        yield CounterMetricFamily(
            "roomtone_notifications_malformed",
            "Notifications that were ignored because Roomtone does not send such payloads.",
            self._parser.malformed,
        )


class Bus(Collector):
    def __init__(self, bus: BusListener) -> None:
        self._bus = bus

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "roomtone_bus_connected",
            "1 while pages and notifications come from the bus, 0 while this relay LISTENs instead.",
            int(self._bus.on_bus),
        )
        counts = self._bus.counts
        for name, value, description in (
            ("pages", counts.pages, "Pages of logs received from the bus."),
            ("gaps", counts.gaps, "Times pages were missing, and were asked for."),
            ("pages_from_memory", counts.from_memory, "Missing pages that the pump still had."),
            ("reads_of_gaps", counts.from_database, "Gaps that were read from the database."),
            ("fallbacks", counts.fallbacks, "Times bus or pump were silent, and this relay began to LISTEN."),
            ("malformed", counts.malformed, "Messages that were ignored: malformed, or not signed with this database's key."),
        ):  # fmt: skip
            yield CounterMetricFamily(f"roomtone_bus_{name}", description, value)
