"""What this relay counts, in Prometheus' text format at `/metrics`."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ..log.writers import Sent
from ..postgres.notifications import NotificationParser
from ..postgres.statements import Counted
from ..resource import resource
from ..supervision import Supervisor

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

disable_created_metrics()  # type: ignore[no-untyped-call]  # the time at which each counter was made, which is when the process started


class Metrics:
    """One relay's counters; a registry of its own, so that several relays can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.notifications = Counter(
            "roomtone_notifications", "Notifications received.", registry=self.registry
        )
        self.resyncs = Counter(
            "roomtone_resyncs", "Times all heads were read again.", registry=self.registry
        )
        self.reads = Counter(
            "roomtone_log_reads", "Reads of the log after notifications.", registry=self.registry
        )
        self.events = Counter(
            "roomtone_events", "Events read from the log.", registry=self.registry
        )
        self.streams = Gauge("roomtone_streams", "Open event streams.", registry=self.registry)
        self.sent = Sent()
        self.registry.register(_StreamCounters(self.sent))
        self.cut = Counter(
            "roomtone_readers_cut", "Readers cut off for being too slow.", registry=self.registry
        )
        self.connections_given_up = Counter(
            "roomtone_connections_given_up",
            "Connections closed or refused because there were too many.",
            registry=self.registry,
        )
        self.listener_silent = Counter(
            "roomtone_listener_silent",
            "Times the listener received no notifications while its connection looked alive.",
            registry=self.registry,
        )
        self.notify_queue = Gauge(
            "roomtone_notify_queue_usage",
            "How full PostgreSQL's NOTIFY queue is, 0 to 1.",
            registry=self.registry,
        )
        self.rooms = Gauge(
            "roomtone_rooms_followed",
            "Rooms followed through this relay.",
            registry=self.registry,
        )

    def count_database(self, counted: Counted) -> None:
        """Include what the database pools count."""
        self.registry.register(_DatabaseCounters(counted))

    def count_failures(self, tasks: Supervisor, parser: NotificationParser) -> None:
        """Include which tasks failed, and how many notifications were ignored."""
        self.registry.register(_FailureCounters(tasks, parser))


class _StreamCounters(Collector):
    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    def collect(self) -> Iterator[CounterMetricFamily]:
        yield CounterMetricFamily(
            "roomtone_frames_sent", "Frames written to streams.", self._sent.frames
        )
        yield CounterMetricFamily(
            "roomtone_stream_bytes_sent", "Bytes written to streams.", self._sent.size
        )


class _DatabaseCounters(Collector):
    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def collect(self) -> Iterator[CounterMetricFamily]:
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


class _FailureCounters(Collector):
    def __init__(self, tasks: Supervisor, parser: NotificationParser) -> None:
        self._tasks = tasks
        self._parser = parser

    def collect(self) -> Iterator[CounterMetricFamily]:
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


async def metrics(request: Request) -> Response:
    return Response(generate_latest(request.state.metrics.registry), media_type=CONTENT_TYPE)


routes: list[BaseRoute] = [resource("/metrics", get=metrics)]
