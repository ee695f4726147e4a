from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from roomtone import paths
from roomtone.cli import cli
from roomtone.cli.options import settings_from
from roomtone.cli.serve import serve_command
from roomtone.settings import Settings, SettingsError
from roomtone.settings_options import options
from roomtone.settings_reference import reference

ROOT = Path(__file__).parents[2]


def given(*arguments: str, **environment: str) -> Settings:
    """The settings of `roomtone serve` with these arguments."""
    bare = {name: "" for option in options() for name in option.environment}
    with CliRunner().isolation(env=bare | environment):
        context = serve_command.make_context("serve", list(arguments))
    return settings_from(context.params)


def test_the_reference_says_what_the_source_says() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == reference()


def test_every_setting_is_a_flag_and_a_variable() -> None:
    flags = {name for parameter in serve_command.params for name in parameter.opts}
    for row in fields(Settings):
        assert f"--{row.name.replace('_', '-')}" in flags
        assert f"`ROOMTONE_{row.name.upper()}`" in reference()


def test_without_flags_and_variables_the_defaults_hold() -> None:
    assert given() == Settings()


def test_a_variable_sets_what_a_flag_would() -> None:
    assert given(ROOMTONE_PORT="9000").port == given("--port", "9000").port == 9000


def test_a_flag_has_priority_over_its_variable() -> None:
    assert given("--port", "9001", ROOMTONE_PORT="9000").port == 9001


def test_several_values_are_repeated_flags_or_words_of_a_variable() -> None:
    several = ("stun:one.example", "stun:two.example")
    assert given("--ice-servers", several[0], "--ice-servers", several[1]).ice_servers == several
    assert given(ROOMTONE_ICE_SERVERS=" ".join(several)).ice_servers == several


def test_the_usual_name_of_a_database_url_is_known() -> None:
    assert given(DATABASE_URL="postgresql://one").database_url == "postgresql://one"
    both = given(DATABASE_URL="postgresql://one", ROOMTONE_DATABASE_URL="postgresql://two")
    assert both.database_url == "postgresql://two"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--port", "x"],
        ["--workers", "0"],
        ["--ice-transport-policy", "some"],
        ["--grace", "0"],
        ["--nonsense"],
    ],
    ids=" ".join,
)
def test_an_invalid_value_is_refused_with_a_message(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert "Error: " in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("host", "demo", "allowed"),
    [
        ("127.0.0.1", None, True),
        ("localhost", None, True),
        ("::1", None, True),
        ("0.0.0.0", None, False),
        ("rooms.example", None, False),
        ("0.0.0.0", True, True),
        ("127.0.0.1", False, False),
    ],
)
def test_demo_identities_are_only_on_loopback_or_on_request(
    host: str, demo: bool | None, allowed: bool
) -> None:
    assert Settings(host=host, demo=demo).demo_allowed is allowed


def test_demo_identities_are_off_by_default_where_people_sign_in_at_an_issuer() -> None:
    issuer: dict[str, Any] = {"openid_issuer": "https://login.example", "openid_client_id": "us"}
    several = "[a]\nissuer = 'https://a.example'\nclient_id = 'us'\nclient_secret = 's'"
    assert not Settings(**issuer).demo_allowed
    assert not Settings(**issuer).demo_rooms
    assert not Settings(openid_issuers=several).demo_allowed
    assert Settings(**issuer, demo=True).demo_allowed


def test_how_people_sign_in_can_be_chosen_apart_from_the_demo_rooms() -> None:
    assert Settings(host="0.0.0.0", sign_in="demo").demo_allowed
    shown = Settings(demo=True, sign_in="tokens")
    assert (shown.demo_allowed, shown.demo_rooms) == (False, True)
    with pytest.raises(SettingsError, match="--no-demo"):
        Settings(demo=False, sign_in="demo")


PUBLIC_KEY = (
    rsa.RSAPublicNumbers(65537, 2**2047 + 1)  # one whose primes nobody had to look for
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
ISSUER = '[{name}]\nissuer = "https://{host}"\nclient_id = "roomtone"\n'


def test_issuers_with_the_same_name_or_address_are_refused() -> None:
    one = ISSUER.format(name="openid", host="one.example")
    two = ISSUER.format(name="two", host="two.example")
    assert [each.name for each in Settings(openid_issuers=one + two).issuers] == ["openid", "two"]
    beside: dict[str, Any] = {
        "openid_issuer": "https://two.example",
        "openid_client_id": "roomtone",
    }
    with pytest.raises(SettingsError, match="two issuers with the name openid"):
        Settings(openid_issuers=one, **beside)
    with pytest.raises(SettingsError, match="have the same issuer"):
        Settings(openid_issuers=two, **beside)
    with pytest.raises(SettingsError, match="have the same issuer"):
        Settings(openid_issuers=one + two.replace("two.example", "one.example"))


@pytest.mark.parametrize(
    "key", [{"jwt_jwks_url": "https://one.example/keys"}, {"jwt_public_key": PUBLIC_KEY}]
)
@pytest.mark.parametrize("users", ["known", "created"])
def test_users_of_another_issuers_tokens_need_an_audience(key: Any, users: Any) -> None:
    with pytest.raises(SettingsError, match="--jwt-audience"):
        Settings(token_users=users, **key)
    assert Settings(token_users=users, jwt_audience="roomtone", **key).token_users == users
    Settings(token_users=users, jwt_secret="a secret of one's own application")
    Settings(**key)


def test_keys_are_read_where_nobody_on_the_way_can_change_them() -> None:
    for url in ("https://one.example/keys", "http://127.0.0.1:8080/keys", "http://[::1]/keys"):
        assert Settings(jwt_jwks_url=url).jwt_jwks_url == url
    for url in ("http://one.example/keys", "http://10.0.0.7/keys", "file:///keys", "/keys", ""):
        with pytest.raises(SettingsError, match="--jwt-jwks-url: it must be an address like https"):
            Settings(jwt_jwks_url=url)


def test_root_keeps_its_data_where_another_account_can_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert paths.default_data_dir() == Path("/var/lib/roomtone")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/home/ada/data")
    monkeypatch.setenv("HOME", "/home/ada")
    assert paths.default_data_dir().is_relative_to("/home/ada")


def test_help_shows_the_flags_and_the_commands() -> None:
    text = CliRunner().invoke(cli, ["--help"]).output
    assert "--data-dir" in text
    assert "--demo / --no-demo" in text
    for command in ("install", "psql", "sql"):
        assert f"\n  {command} " in text


@pytest.mark.parametrize(
    ("name", "choice"), [(each.name, choice) for each in options() for choice in each.choices]
)
def test_every_choice_can_be_given_on_the_command_line(name: str, choice: str) -> None:
    audience = ("--jwt-audience", "roomtone")
    assert getattr(given(f"--{name.replace('_', '-')}", choice, *audience), name) == choice
