"""What deploy/ starts can be started: its commands and settings are those of this release.

The proxies there are run in tests/client_web/test_deploy_proxies.py, the alerts in tests/server/relay/test_alerts.py.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import compose_spec
import psycopg
import pytest
import yaml
from click.testing import CliRunner
from psycopg.conninfo import conninfo_to_dict
from roomtone.cli import cli
from roomtone.postgres.programs import psql_command
from roomtone.postgres.single_value import single_value
from roomtone.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CONTAINER = (DEPLOY / "Containerfile").read_text("utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text("utf-8")
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMMANDS = [
    json.loads(re.findall(r"^CMD (.*)", CONTAINER, re.MULTILINE)[-1]),
    *(each["command"] for each in SERVICES.values() if each["image"].startswith("roomtone")),
    *(
        re.findall(r"^ExecStart=\S+/roomtone (.*)", unit.read_text("utf-8"), re.MULTILINE)[0].replace("%i", "sfu").split()
        for unit in UNITS
    ),
]  # fmt: skip


def test_each_command_is_one_of_this_release() -> None:
    assert len(COMMANDS) > 5
    for name, *arguments in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None, name
        command.make_context(name, arguments)


def test_each_setting_is_one_of_this_release() -> None:
    known = {f"ROOMTONE_{row.name.upper()}" for row in fields(Settings)}
    known |= {f"{name}_FILE" for name in known}
    files = [CONTAINER, COMPOSE, *(unit.read_text("utf-8") for unit in UNITS)]
    named = set(re.findall(r"\bROOMTONE_[A-Z_]+", "\n".join(files)))
    assert len(named) > 5
    assert named <= known


def test_the_container_file_follows_the_rules_of_its_linter() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    command = [str(hadolint), "--no-color", str(DEPLOY / "Containerfile")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_the_compose_file_is_one_of_the_compose_specification() -> None:
    """What the file merges with `<<` is merged first: that is YAML, not the specification."""
    given = yaml.safe_load(COMPOSE)
    compose_spec.PyCompose.from_json(json.dumps(given)).validate()
    given["services"]["relay"]["depend_on"] = []
    with pytest.raises(ValueError, match="depend_on"):
        compose_spec.PyCompose.from_json(json.dumps(given))


def test_systemd_knows_every_line_of_the_units(tmp_path: Path) -> None:
    """On a machine without the accounts and programs that they name."""
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/roomtone/bin/roomtone", "/bin/true")
        text = re.sub("(?m)^(User|Group)=roomtone$", r"\1=root", text)
        (tmp_path / unit.name.replace("@", "@sfu")).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.iterdir())]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


def test_only_the_installation_logs_in_as_the_owner() -> None:
    logins = {
        name: conninfo_to_dict(each["environment"]["ROOMTONE_DATABASE_URL"])["user"]
        for name, each in SERVICES.items()
        if each["image"].startswith("roomtone")
    }
    assert logins.pop("install") == SERVICES["database"]["environment"]["POSTGRES_USER"]
    assert set(logins) == {"relay", "pump", "sfu", "mcu", "edge"}
    assert set(logins.values()) == {"roomtone_relay"}


def test_the_login_of_relays_gets_its_password_after_the_installation(
    empty_database_url: str,
) -> None:
    arguments = SERVICES["install"]["command"]
    done = CliRunner().invoke(cli, [*arguments, "--database-url", empty_database_url])
    assert done.exit_code == 0, done.output
    name, *options = SERVICES["login"]["command"]
    assert name == "psql"
    options = [each.replace("/login.sql", str(DEPLOY / "login.sql")) for each in options]
    environment = os.environ | {"RELAY_PASSWORD": "it's a \\ secret"}
    subprocess.run([*psql_command(empty_database_url), *options], check=True, env=environment)
    with psycopg.connect(empty_database_url, autocommit=True) as owner:
        stored = "select rolpassword from pg_authid where rolname = 'roomtone_relay'"
        assert str(single_value(owner, stored)).startswith("SCRAM-SHA-256$")
        owner.execute("alter role roomtone_relay password null")
