"""Prints a failure when it happens: a suite that is ended from outside prints no summary."""

from __future__ import annotations

import pytest
from xdist import is_xdist_worker


class Failures:
    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.write_sep("_", f"{report.nodeid}, {report.when}")
            self._terminal.write_line(report.longreprtext)


def pytest_sessionstart(session: pytest.Session) -> None:
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal and not is_xdist_worker(session):
        session.config.pluginmanager.register(Failures(terminal))
