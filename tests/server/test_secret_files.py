"""Secrets come from files and variables, and are on no command line that Roomtone starts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from roomtone.child_processes import ChildProcess
from roomtone.cli import cli
from roomtone.cli.bot import bot_command
from roomtone.postgres.programs import without_password
from roomtone.settings import Settings
from roomtone.settings_options import options

from .test_settings import given

SECRET = "a secret of more than thirty-two bytes"
ISSUERS = f'[staff]\nissuer = "https://login.example"\nclient_id = "a"\nclient_secret = "{SECRET}"'
SECRETS = [option for option in options() if option.secret]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    return path


def test_there_are_secrets() -> None:
    assert {option.name for option in SECRETS} >= {"database_url", "jwt_secret", "turn_secret"}


@pytest.mark.parametrize("name", [option.name for option in SECRETS])
def test_every_secret_may_stand_in_a_file(name: str, file: Path) -> None:
    forms = {"openid_issuers": ISSUERS, "bus_url": "nats://relay:secret@10.0.0.7:4222"}
    if name in forms:  # whose value has a form
        file.write_text(f"{forms[name]}\n")
    value = file.read_text().strip()
    flag = f"--{name.replace('_', '-')}-file"
    needed = {
        "listen_url": ("--database-url", "postgresql://127.0.0.1:1/none"),
        "openid_client_secret": (
            "--openid-issuer=https://login.example",
            "--openid-client-id=roomtone",
        ),
    }
    beside = needed.get(name, ())
    assert getattr(given(flag, str(file), *beside), name) == value
    assert getattr(given(*beside, **{f"ROOMTONE_{name.upper()}_FILE": str(file)}), name) == value


def test_a_file_without_a_secret_is_refused_with_a_message(file: Path, tmp_path: Path) -> None:
    def refusal(*arguments: str) -> str:
        result = CliRunner().invoke(cli, list(arguments))
        assert result.exit_code == 2
        return result.output

    assert "cannot be read" in refusal("--jwt-secret-file", str(tmp_path / "none"))
    (tmp_path / "empty").write_text("\n")
    assert "is empty" in refusal("--jwt-secret-file", str(tmp_path / "empty"))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in refusal("--turn-secret-file", str(tmp_path / "bytes"))
    both = refusal("--jwt-secret", SECRET, "--jwt-secret-file", str(file))
    assert "choose one" in both
    assert SECRET not in both


def test_a_bot_reads_its_token_and_its_database_from_files(file: Path) -> None:
    flags = ["--room", "1", "--token-file", str(file), "--database-url-file", str(file)]
    context = bot_command.make_context("bot", flags)
    assert context.params["token_file"] == SECRET
    assert context.params["database_url_file"] == SECRET


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://rick:s3cret@db.example:5433/rooms?sslmode=require",
        "host=db.example user=rick password=s3cret",
        "postgresql:///rooms?password=s3cret",
    ],
)
def test_psql_is_given_the_password_beside_its_command_line(url: str) -> None:
    shown, password = without_password(url)
    assert "s3cret" not in shown
    assert password == {"PGPASSWORD": "s3cret"}


def test_a_url_without_a_password_stays_as_it_is() -> None:
    for url in ("postgresql://rick@db.example/rooms", "no url at all"):
        assert without_password(url) == (url, {})


@pytest.fixture
def child() -> Iterator[ChildProcess]:
    settings = Settings(turn_uris=("turn:turn.example",), turn_secret="t-s3cret")
    url = "postgresql://rick:d-s3cret@127.0.0.1:1/rooms"
    made = ChildProcess("a node", "media.node", settings, url, kind="sfu", recordings="/nowhere")
    yield made
    made.stop()


def test_processes_beside_the_relay_are_started_without_secrets_in_sight(
    child: ChildProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    popen = subprocess.Popen

    def watched(command: list[str], **more: object) -> subprocess.Popen[str]:
        process: subprocess.Popen[str] = popen(command, **more)  # type: ignore[call-overload]
        started.append(psutil.Process(process.pid).cmdline())
        process.kill()
        return process

    monkeypatch.setattr("roomtone.child_processes.subprocess.Popen", watched)
    child._run()
    assert started
    assert "s3cret" not in str(started)
