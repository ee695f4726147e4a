"""What deploy/ starts can be started: its commands and settings are those of this release.

The proxies there are run in tests/client_web/test_deploy_proxies.py, the alerts in tests/server/relay/test_alerts.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from roomtone.cli import cli
from roomtone.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CONTAINER = (DEPLOY / "Containerfile").read_text("utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text("utf-8")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMMANDS = [
    json.loads(re.findall(r"^CMD (.*)", CONTAINER, re.MULTILINE)[-1]),
    *map(json.loads, re.findall(r"^ *command: (\[.*\])", COMPOSE, re.MULTILINE)),
    *(
        re.findall(r"^ExecStart=\S+/roomtone (.*)", unit.read_text("utf-8"), re.MULTILINE)[0].replace("%i", "sfu").split()
        for unit in UNITS
    ),
]  # fmt: skip


def test_each_command_is_one_of_this_release() -> None:
    assert len(COMMANDS) > 5
    for name, *arguments in COMMANDS:
        cli.commands[name].make_context(name, arguments)


def test_each_setting_is_one_of_this_release() -> None:
    known = {f"ROOMTONE_{row.name.upper()}" for row in fields(Settings)}
    known |= {f"{name}_FILE" for name in known}
    files = [CONTAINER, COMPOSE, *(unit.read_text("utf-8") for unit in UNITS)]
    named = set(re.findall(r"\bROOMTONE_[A-Z_]+", "\n".join(files)))
    assert len(named) > 5
    assert named <= known
