"""Every setting, once: the command line, the environment and docs/settings.md all come from here.

A setting `a_b` is the flag `--a-b` and the environment variable `ROOMTONE_A_B`; the flag wins. A secret `a_b`
is also `--a-b-file` and `ROOMTONE_A_B_FILE`, a file that holds it: everybody on the machine may read a command line.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .formats.ice_addresses import faults
from .formats.media_addresses import Reach
from .paths import default_data_dir

TransportPolicy = Literal["all", "relay"]
"""RTCIceTransportPolicy (W3C WebRTC, section 4.2.4)."""

LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsError(ValueError):
    """The settings cannot be used; the text says what to write instead."""


def is_loopback(host: str) -> bool:
    """Whether this name or address is this machine's own, for itself alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def setting(
    default: Any = MISSING,
    *,
    help: str,
    made: Callable[[], Any] | None = None,
    default_text: str | None = None,
    also: str | None = None,
    secret: bool = False,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Any:
    """One row of the table: its default, what it does, and the bounds it must keep.

    `made` computes the default on this machine, and `default_text` says so in the reference.
    `also` is a second environment variable; a `secret` default or value is never shown.
    """
    row = {
        "help": help,
        "default_text": default_text,
        "also": also,
        "secret": secret,
        "at_least": at_least,
        "at_most": at_most,
    }
    if made is not None:
        return field(default_factory=made, metadata=row)
    return field(default=default, metadata=row)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a relay is told. Times are in seconds, sizes in bytes."""

    host: str = setting("127.0.0.1", help="Address to listen on.")
    port: int = setting(
        8000, help="Port to listen on; 0 takes any free one.", at_least=0, at_most=65535
    )
    data_dir: Path = setting(
        made=default_data_dir,
        default_text="the user's data directory; as root `/var/lib/roomtone`",
        help="Where the embedded PostgreSQL keeps its data.",
    )
    recordings_dir: Path | None = setting(
        None,
        default_text="`recordings` in the data directory",
        help="Where media nodes write recordings, and relays read them: one folder for all of a database.",
    )
    recordings_days: float | None = setting(
        None,
        default_text="they stay until somebody deletes them",
        help="Delete recordings so many days after they ended.",
        at_least=0.01,
    )
    run_as: str | None = setting(
        None,
        default_text="as root: the account that has the embedded database, or `roomtone`",
        help="Started as root: the account that relay, house band and media nodes run as; `root` stays root.",
    )
    database_url: str | None = setting(
        None,
        also="DATABASE_URL",
        help="Use this PostgreSQL server (14 to 18) instead of the embedded one: a connection URL.",
        secret=True,
    )
    demo: bool | None = setting(
        None,
        default_text="on while listening on loopback only",
        help="Demo identities (a name is enough to sign in), and demo rooms in a new database.",
    )
    band: bool | None = setting(
        None,
        default_text="on with the demo, unless another database is named",
        help="A house band: a bot that plays music of its own in one room, while somebody listens.",
    )
    nodes: bool = setting(
        True,
        default_text="on",
        help="A media node of each kind (SFU and MCU) beside the relay; more can run anywhere: `roomtone node`.",
    )
    allowed_hosts: tuple[str, ...] = setting(
        (),
        help="Names to be reached by, beside addresses and `localhost`. Checked while demo identities are on, or when"
        " given; `*` is every name.",
    )
    workers: int = setting(1, help="Relay processes sharing the port.", at_least=1, at_most=64)
    jwt_secret: str | None = setting(
        None,
        default_text="one made by the database and kept there",
        help="Secret that signs and verifies HS256 tokens (RFC 7518, 3.2): 32 bytes or more.",
        secret=True,
    )
    jwt_algorithms: tuple[str, ...] = setting(
        ("HS256", "RS256"), help="Signature algorithms that tokens may use (RFC 7518, 3.1)."
    )
    jwt_jwks_url: str | None = setting(
        None, help="Where the keys of RS256 tokens are published (RFC 7517)."
    )
    jwt_public_key: str | None = setting(
        None, help="The key of RS256 tokens: PEM text, or the path of a PEM file."
    )
    jwt_audience: str | None = setting(
        None,
        default_text="not checked",
        help="What every token must name in its `aud` (RFC 7519, 4.1.3).",
    )
    ice_servers: tuple[str, ...] = setting(
        (), help="STUN servers handed to browsers: `stun:` URIs (RFC 7064)."
    )
    turn_uris: tuple[str, ...] = setting(
        (), help="TURN servers handed to browsers: `turn:` and `turns:` URIs (RFC 7065)."
    )
    turn_secret: str | None = setting(
        None, help="Secret shared with the TURN servers, for TURN REST credentials.", secret=True
    )
    turn_ttl: int = setting(
        86400, help="How long TURN credentials are good for, in seconds.", at_least=60
    )
    ice_transport_policy: TransportPolicy = setting(
        "all", help="`relay` makes browsers use TURN only."
    )
    media_networks: tuple[str, ...] = setting(
        ("own",),
        help="Private networks that media nodes and bots may send to, beside public addresses: `own` for those this"
        " machine is in, or networks like `10.0.0.0/8`.",
    )
    grace: float = setting(
        10.0, help="How long a seat survives without its stream, in seconds.", at_least=0.1
    )
    body_limit: int = setting(262144, help="Largest request body, in bytes.", at_least=1024)
    rows_limit: int = setting(1000, help="Most rows that one request reads or writes.", at_least=1)
    requests_per_second: float = setting(
        50.0,
        help="Requests per second for one user, or for one address nobody is signed in from.",
        at_least=1,
    )
    answer_limit: int = setting(
        4194304, help="Largest answer with rows, in bytes.", at_least=65536, at_most=2**28
    )
    database_seconds: float = setting(
        0.5,
        help="Seconds of database time for one user in each second, with 20 seconds' worth at once.",
        at_least=0.01,
    )
    statements_per_user: int = setting(
        4, help="Transactions of one user that run at once; others wait their turn.", at_least=1
    )
    streams_per_user: int = setting(20, help="Open streams for one user.", at_least=1)
    statement_timeout: float = setting(
        5.0, help="Longest run of one statement, in seconds.", at_least=0.1
    )
    lock_timeout: float = setting(2.0, help="Longest wait for a lock, in seconds.", at_least=0.1)
    pool_size: int = setting(
        10, help="Database connections of one relay process.", at_least=2, at_most=100
    )
    pool_timeout: float = setting(
        5.0, help="Longest wait for a free database connection, in seconds.", at_least=0.1
    )
    log_level: LogLevel = setting("warning", help="How much the relay logs.")

    def __post_init__(self) -> None:
        wrong = faults(self.ice_servers, self.turn_uris, has_secret=bool(self.turn_secret))
        try:
            Reach.of(self.media_networks, loopback=False)
        except ValueError as error:
            wrong.append(f"--media-networks: {error}.")
        if wrong:
            raise SettingsError("\n".join(wrong))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the relay (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3)."""
        return is_loopback(self.host)

    @property
    def demo_allowed(self) -> bool:
        """Whether a name is enough to sign in."""
        return self.loopback if self.demo is None else self.demo

    @property
    def recordings(self) -> Path:
        """The folder of recordings; it is made when there is one."""
        return (self.recordings_dir or self.data_dir / "recordings").absolute()

    @property
    def band_plays(self) -> bool:
        """Whether there is a house band."""
        if self.band is not None:
            return self.band
        return self.demo_allowed and self.database_url is None


@dataclass(frozen=True)
class Option:
    """A setting as the command line and the reference see it."""

    name: str
    kind: type[str] | type[int] | type[float] | type[bool] | type[Path]
    many: bool
    optional: bool
    choices: tuple[str, ...]
    default: object
    default_text: str
    help: str
    environment: tuple[str, ...]
    secret: bool
    at_least: float | None
    at_most: float | None
    file_of: str | None = None

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def usage(self) -> str:
        """The flag as one types it: `--port 8000`, `--demo/--no-demo`."""
        if self.kind is bool:
            return f"{self.flag}/--no-{self.name.replace('_', '-')}"
        return self.flag


def options() -> Iterator[Option]:
    """The table's rows, in its order; after each secret the file that may hold it."""
    hints = get_type_hints(Settings)
    for row in fields(Settings):
        option = _option(row, hints[row.name])
        yield option
        if option.secret:
            yield _file_of(option)


def _file_of(secret: Option) -> Option:
    name = f"{secret.name}_file"
    return replace(
        secret,
        name=name,
        kind=Path,
        default=None,
        default_text="none",
        help=f"A file that holds what `{secret.flag}` would say.",
        environment=(f"ROOMTONE_{name.upper()}",),
        secret=False,
        file_of=secret.name,
    )


def read_secret(flag: str, file: Path) -> str:
    """The secret in this file, without the end of its line. Raises SettingsError."""
    try:
        secret = file.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{flag}: {file} cannot be read: {reason}.") from None
    if not secret:
        raise SettingsError(f"{flag}: {file} is empty.")
    return secret


def _option(row: Field[Any], hint: Any) -> Option:
    arguments = get_args(hint)
    choices: tuple[str, ...] = ()
    many = get_origin(hint) is tuple
    optional = type(None) in arguments
    if get_origin(hint) is Literal:
        kind, choices = str, arguments
    else:
        kind = arguments[0] if arguments else hint
    default = row.default if row.default is not MISSING else None
    also = row.metadata["also"]
    return Option(
        name=row.name,
        kind=kind,
        many=many,
        optional=optional,
        choices=choices,
        default=default,
        default_text=row.metadata["default_text"] or _plain(default),
        help=row.metadata["help"],
        environment=(f"ROOMTONE_{row.name.upper()}", *([also] if also else [])),
        secret=row.metadata["secret"],
        at_least=row.metadata["at_least"],
        at_most=row.metadata["at_most"],
    )


def _plain(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return " ".join(f"`{item}`" for item in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
