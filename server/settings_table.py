"""All settings, of which command line, environment variables and docs/settings.md are made. `a_b` is the flag `--a-b` and the variable
`ROOMTONE_A_B`; the flag has priority. A secret is also the path of a file that contains it (`--a-b-file`): all can read command lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .grace import GRACE, ROLE_KEPT
from .paths import default_data_dir
from .setting import LogFormat, LogLevel, SignIn, TokenUsers, TransportPolicy, setting


@dataclass(frozen=True, kw_only=True)
class SettingsTable:
    """The settings of a relay as they are given. Times are in seconds, sizes in bytes."""

    host: str = setting("127.0.0.1", help="Address to listen on.")
    port: int = setting(
        8000, help="Port to listen on; 0 means any free port.", at_least=0, at_most=65535
    )
    root_path: str = setting(
        "", default_text="none", help="Path at which a proxy serves the relay, like `/talk`."
    )
    data_dir: Path = setting(
        default_factory=default_data_dir,
        default_text="the user's data directory; for root, and without a home directory, `/var/lib/roomtone`",
        help="Where the embedded PostgreSQL keeps its data.",
    )
    recordings_dir: Path | None = setting(
        None,
        default_text="`recordings` in the data directory",
        help="Folder of recordings. All media nodes and relays of a database must use the same folder.",
    )
    recordings_days: float | None = setting(
        None,
        default_text="recordings are kept until a user deletes them",
        help="Days after its end until a recording is deleted.",
        at_least=0.01,
    )
    run_as: str | None = setting(
        None,
        default_text="for root: the account of the embedded database, or `roomtone`",
        help="If started by root: the account for relay, house band and media nodes. `root` keeps root.",
    )
    database_url: str | None = setting(
        None,
        also="DATABASE_URL",
        help="Connection URL of a PostgreSQL server (14 to 18) to use instead of the embedded one.",
        secret=True,
    )
    listen_url: str | None = setting(
        None,
        default_text="`--database-url`",
        help="Connection URL of the server itself, if `--database-url` is a transaction pooler's (PgBouncer).",
        secret=True,
    )
    bus_url: str | None = setting(
        None,
        help="NATS server by which relays share what one pump reads of the database (docs/growing.md), such as"
        " `nats://10.0.0.7:4222`; commas separate several of a cluster.",
        secret=True,
    )
    bus_credentials: str | None = setting(
        None, help="Path of a NATS credentials file (`.creds`), the login at the bus."
    )
    bus_tls: Path | None = setting(
        None,
        default_text="the system's certificates, no client certificate",
        help="Folder with `ca.pem`, or `cert.pem` and `key.pem`, or all three, for TLS on the bus.",
    )
    pump: bool = setting(
        True,
        default_text="on",
        help="Start a pump with the relay if it has a bus; it waits while another one works. Start more with `roomtone pump`.",
    )
    demo: bool | None = setting(
        None,
        default_text="on while the relay listens on loopback only, and people sign in at no OpenID issuer",
        help="Demo identities (a name is enough to sign in) if `--sign-in` does not say otherwise, and demo rooms in a new database.",
    )
    sign_in: SignIn | None = setting(
        None,
        default_text="`demo` while demo identities are on by `--demo` or its default; otherwise `tokens`",
        help="How people sign in on the page (docs/sign-in.md). `demo`: a name is enough. `passkeys`: they make an account with a"
        " name and a passkey (WebAuthn). `tokens`: only with a token of an issuer.",
    )
    band: bool | None = setting(
        None,
        default_text="on with the demo and the embedded database",
        help="House band: a bot that plays music in one room while it has listeners.",
    )
    nodes: bool = setting(
        True,
        default_text="on",
        help="Start one media node of each kind (SFU and MCU) with the relay. Start more with `roomtone node`.",
    )
    edge_after: int | None = setting(
        None,
        default_text="the database's own number, at first 50",
        help="Listeners of a room whom the node of its stage serves before edges do (docs/edges.md). Written into the database.",
        at_least=0,
        at_most=2**31 - 1,
    )
    allowed_hosts: tuple[str, ...] = setting(
        (),
        help="Host names of the relay, besides `localhost` and IP addresses. Checked with demo identities and passkeys, or if"
        " given; `*` allows all names.",
    )
    allowed_origins: tuple[str, ...] = setting(
        (),
        help="Origins, like `https://app.example.org`, whose pages may read the relay's answers (CORS). They send a token: the"
        " cookie never counts for them.",
    )
    workers: int = setting(1, help="Number of relay processes on the port.", at_least=1, at_most=64)
    jwt_secret: str | None = setting(
        None,
        default_text="a random secret in the database",
        help="Secret that signs and verifies HS256 tokens (RFC 7518, 3.2): 32 bytes or more.",
        secret=True,
    )
    jwt_algorithms: tuple[str, ...] = setting(
        ("HS256", "RS256"), help="Signature algorithms that tokens may use (RFC 7518, 3.1)."
    )
    jwt_jwks_url: str | None = setting(
        None, help="URL of the keys of RS256 tokens (RFC 7517): https, or http on this machine."
    )
    jwt_public_key: str | None = setting(
        None, help="Public key of RS256 tokens, 2048 bits or more: PEM text, or path of a PEM file."
    )
    jwt_audience: str | None = setting(
        None,
        default_text="not checked",
        help="Audience that every token must have in its `aud` (RFC 7519, 4.1.3).",
    )
    token_users: TokenUsers = setting(
        "ids",
        help="What the `sub` of a token with an `iss` is. `ids`: the id of a user. `known`: what that issuer calls a user"
        " (`users.subject`). `created`: the same, and unknown ones become users."
        " With keys of another issuer, both need `--jwt-audience`.",
    )
    openid_issuer: str | None = setting(
        None,
        help="OpenID Connect issuer at which people sign in, such as `https://login.example.com`.",
    )
    openid_client_id: str | None = setting(None, help="Roomtone's client id at `--openid-issuer`.")
    openid_client_secret: str | None = setting(
        None, help="Roomtone's client secret at `--openid-issuer`.", secret=True
    )
    openid_issuers: str | None = setting(
        None,
        help="Several issuers, or one with more options, as TOML (docs/sign-in.md). It holds secrets, so use the file.",
        secret=True,
    )
    ice_servers: tuple[str, ...] = setting(
        (), help="STUN servers for browsers: `stun:` URIs (RFC 7064)."
    )
    turn_uris: tuple[str, ...] = setting(
        (), help="TURN servers for browsers: `turn:` and `turns:` URIs (RFC 7065)."
    )
    turn_secret: str | None = setting(
        None, help="Secret shared with the TURN servers, for TURN REST credentials.", secret=True
    )
    turn_ttl: int = setting(86400, help="Seconds until TURN credentials expire.", at_least=60)
    ice_transport_policy: TransportPolicy = setting("all", help="`relay`: browsers use TURN only.")
    media_networks: tuple[str, ...] = setting(
        ("own",),
        help="Private networks that media nodes and bots may send to: `own` for those of this machine, or networks like `10.0.0.0/8`.",
    )
    grace: float = setting(
        GRACE.total_seconds(),
        help="Grace period: seconds that a seat is kept after its connection was lost.",
        at_least=0.1,
    )
    role_kept: float = setting(
        ROLE_KEPT.total_seconds(),
        help="Seconds that role and raised hand are kept for a participant whose connection was lost for longer than the grace period.",
        at_least=0,
    )
    deserted_after: float = setting(
        3600.0, help="Seconds until an open room that everybody left ends; 0: never.", at_least=0
    )
    hallway_empty_after: float | None = setting(
        None,
        default_text="`1800`; `0` with the demo's rooms",
        help="Seconds until an empty open room leaves the hallway; 0: never.",
        at_least=0,
    )
    body_limit: int = setting(262144, help="Largest request body, in bytes.", at_least=1024)
    rows_limit: int = setting(1000, help="Most rows that one request reads or writes.", at_least=1)
    requests_per_second: float = setting(
        50.0, help="Requests per second of one user, or of one anonymous address.", at_least=1
    )
    new_users_per_hour: int = setting(
        1000,
        help="New users per hour, and at once, of one address that makes accounts, with demo identities or passkeys.",
        at_least=1,
        at_most=1_000_000,
    )
    answer_limit: int = setting(
        4194304, help="Largest answer with rows, in bytes.", at_least=65536, at_most=2**28
    )
    database_seconds: float = setting(
        0.5,
        help="Seconds of database time per second for one user. Unused time adds up to 20 seconds' worth.",
        at_least=0.01,
    )
    statements_per_user: int = setting(
        4, help="Transactions of one user that run at the same time. Further ones wait.", at_least=1
    )
    broadcast_listeners: int = setting(
        500,
        help="Most who listen to one room without a seat through one relay process (docs/listening.md).",
        at_least=1,
    )
    mix_address: str | None = setting(
        None,
        default_text="the address from which this machine reaches the database",
        help="IP address of this machine to which media nodes send the mixes of rooms that are listened to without a seat.",
    )
    push: bool = setting(True, default_text="on", help="Send Web Push messages (docs/push.md).")
    push_contact: str | None = setting(
        None, help="Where push services reach the operator: `mailto:` or `https:`."
    )
    push_networks: tuple[str, ...] = setting((), help="Private networks with push services.")
    streams_per_user: int = setting(20, help="Open streams of one user.", at_least=1)
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
    log_level: LogLevel = setting("warning", help="Lowest level that is logged.")
    log_format: LogFormat = setting(
        "plain",
        help="`plain`: lines for people. `json`: one JSON object per line (docs/operating.md).",
    )
