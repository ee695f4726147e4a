"""Invalid STUN and TURN addresses are refused at the start, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from roomtone.cli import cli
from roomtone.settings import Settings, SettingsError

from ...cases import cases

ADDRESSES = cases("ice-addresses", "addresses")
SECRET = "shared with the TURN server"


def attempts(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The settings with this address."""
    stun = {"ice_servers": (case["value"],)}
    turn = {"turn_uris": (case["value"],)}
    if case["right"] == "no without --turn-secret":
        return [turn]
    if case["right"] == "no":
        return [stun, turn | {"turn_secret": SECRET}]
    return [stun] if case["value"].startswith("stun") else [turn | {"turn_secret": SECRET}]


@pytest.mark.parametrize("case", ADDRESSES, ids=lambda case: str(case["value"]))
def test_an_address_is_accepted_or_refused_with_what_to_write(case: dict[str, Any]) -> None:
    for settings in attempts(case):
        if case["right"].startswith("ok"):
            Settings(**settings)
            continue
        with pytest.raises(SettingsError) as refused:
            Settings(**settings)
        assert any(word in str(refused.value) for word in ("rite ", "repeat the flag", "needs"))


@pytest.mark.parametrize("command", [[], ["node", "sfu"], ["bot", "--room", "1"]], ids=str)
def test_no_command_starts_with_an_invalid_address(command: list[str]) -> None:
    result = CliRunner().invoke(cli, [*command, "--ice-servers", "stun://stun.example.org"])
    assert result.exit_code == 2
    assert "write stun:stun.example.org" in result.output
    with_turn = CliRunner().invoke(cli, [*command, "--turn-uris", "turn:turn.example.org"])
    assert with_turn.exit_code == 2
    assert "--turn-secret" in with_turn.output


@pytest.mark.parametrize(
    ("address", "instead"),
    [
        ("turn:turn.example.org", "--turn-uris"),
        ("stun:2001:db8::1", "stun:host[:port]"),
        ("stun:", "stun:host[:port]"),
        ('stun:a"b', "stun:host[:port]"),
        ("stun:stun.example.org:0", "1 to 65535"),
        ("STUN:stun.example.org", "write stun:"),
        ("", "write stun:"),
    ],
)
def test_other_mistakes_in_a_stun_address(address: str, instead: str) -> None:
    with pytest.raises(SettingsError, match="--ice-servers") as refused:
        Settings(ice_servers=(address,))
    assert instead in str(refused.value)
