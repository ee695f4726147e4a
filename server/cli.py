"""The command `roomtone`: with no arguments, everything that is needed to walk into a room."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeVar

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from rich.console import Console

from . import __version__
from .account import AccountError
from .band import house_band
from .embedded import EmbeddedError, EmbeddedPostgres, psql_command, psql_environment, socket_url
from .install import InstallError, install, script
from .lock import AlreadyRunning, data_dir_lock, running
from .process import CannotListenError, address, bind, serve, serve_many
from .screen import Screen
from .settings import Option, Settings, options
from .types import RoomId

Command = TypeVar("Command", bound=Callable[..., Any])

EXPECTED = (AccountError, AlreadyRunning, CannotListenError, EmbeddedError, InstallError)
"""What can go wrong without anything being broken: the text says it all."""


class RunsByDefault(click.Group):
    """A group whose command `serve` may be left out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks_the_group = bool(args) and (args[0] in self.commands or args[0] in GROUP_FLAGS)
        # an unknown word stays an unknown command; only flags are meant for `serve`
        if not args or (args[0].startswith("-") and not asks_the_group):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [row for p in serve_command.params if (row := p.get_help_record(ctx)) is not None]
        with formatter.section("Options (each also a variable: --port is ROOMTONE_PORT)"):
            formatter.write_dl(rows)
        self.format_commands(ctx, formatter)


GROUP_FLAGS = ("--help", "-h", "--version")


def from_settings(*names: str) -> Callable[[Command], Command]:
    """Give a command the settings with these names, or all of them, as options."""

    def decorate(command: Command) -> Command:
        chosen = [option for option in options() if not names or option.name in names]
        for option in reversed(chosen):
            command = _click_option(option)(command)
        return command

    return decorate


def _click_option(option: Option) -> Callable[[Command], Command]:
    kind: click.ParamType[Any] | type
    if option.choices:
        kind = click.Choice(option.choices)
    elif option.kind is int and option.at_least is not None:
        kind = click.IntRange(
            int(option.at_least), None if option.at_most is None else int(option.at_most)
        )
    elif option.kind is float:
        kind = click.FloatRange(option.at_least, option.at_most)
    elif option.kind is Path:
        kind = click.Path(path_type=Path, file_okay=False)
    else:
        kind = option.kind
    return click.option(
        option.usage,
        option.name,
        type=kind,
        multiple=option.many,
        default=None,
        envvar=list(option.environment),
        metavar=None if option.kind is bool or option.choices else _metavar(option),
        help=f"{option.help} [{option.default_text}]".replace("`", ""),
    )


def _metavar(option: Option) -> str:
    return {int: "N", float: "N", Path: "FOLDER"}.get(option.kind, "TEXT")


def settings_from(given: dict[str, Any]) -> Settings:
    """Settings from what click found; what was not given keeps its default."""
    return Settings(**{name: value for name, value in given.items() if value not in (None, ())})


@click.group(
    cls=RunsByDefault,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="roomtone")
def cli() -> None:
    """Social audio whose signaling server is PostgreSQL.

    Without a command, everything starts: the database, its schema, the relay and the page.
    """


@cli.command("serve")
@from_settings()
def serve_command(**given: Any) -> None:
    """Run everything; the same as no command at all."""
    settings = settings_from(given)
    screen = Screen()
    with stopping_on_signals(screen), ExitStack() as stack:
        stack.enter_context(expected_errors())
        lock = None
        if settings.database_url is None:
            make_private(settings.data_dir)
            lock = stack.enter_context(data_dir_lock(settings.data_dir))
        door = stack.enter_context(bind(settings.host, settings.port))
        where = address(door)
        if lock is not None:
            lock.say(address=where)
        with screen.working(
            "starting PostgreSQL" if lock else "looking at the database"
        ) as progress:
            if lock is None:
                assert settings.database_url is not None
                admin_url = relay_url = settings.database_url
            else:
                postgres = stack.enter_context(
                    EmbeddedPostgres(settings.data_dir, on_progress=progress)
                )
                lock.say(address=where, sockets=str(postgres.sockets))
                admin_url, relay_url = postgres.url, postgres.relay_url
            installed = install(admin_url, demo=settings.demo_allowed, on_progress=progress)
            if installed.demo:
                progress("the demo's clubs and rooms are in")
            progress("starting the relay")
        band = stack.enter_context(house_band(settings, relay_url))

        def opened() -> None:
            screen.opened(where, psql_hint(settings))
            if band is not None:
                band.start()

        run = serve if settings.workers == 1 else serve_many
        run(settings, relay_url, door, opened)


@cli.command("install")
@from_settings("data_dir", "database_url", "demo")
def install_command(**given: Any) -> None:
    """Install or update the schema, and start nothing.

    The demo's clubs and rooms are put into a new database only with --demo.
    """
    settings = settings_from(given)
    screen = Screen()
    with stopping_on_signals(screen), ExitStack() as stack:
        stack.enter_context(expected_errors())
        with screen.working("looking at the database") as progress:
            if settings.database_url is None:
                make_private(settings.data_dir)
                stack.enter_context(data_dir_lock(settings.data_dir))
                postgres = EmbeddedPostgres(settings.data_dir, on_progress=progress)
                url = stack.enter_context(postgres).url
            else:
                url = settings.database_url
            installed = install(url, demo=bool(settings.demo), on_progress=progress)
        state = "is now" if installed.changed else "already was"
        screen.line(f"The schema {state} that of Roomtone {__version__}.")


@cli.command("bot")
@click.option(
    "--room",
    type=click.IntRange(1, 2**63 - 1),
    required=True,
    metavar="N",
    help="The room to sit in.",
)
@click.option("--name", metavar="TEXT", help="What others see. [what it does]")
@click.option("--tone", type=click.FloatRange(20, 20000), metavar="HERTZ", help="Sound a tone.")
@click.option(
    "--play",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Play a sound file, then leave.",
)
@click.option("--echo", is_flag=True, help="Give back what people say, a second later.")
@click.option("--listen", is_flag=True, help="Only listen, and tell who speaks. [the default]")
@click.option(
    "--count", type=click.IntRange(1, 100), default=1, metavar="N", help="So many of them. [1]"
)
@click.option(
    "--url",
    metavar="URL",
    help="The relay to go through. [the one that runs here, or http://127.0.0.1:8000]",
)
@click.option(
    "--token",
    envvar="ROOMTONE_TOKEN",
    metavar="TEXT",
    help="Whose seat it is to be, where a name is not enough.",
)
@click.option(
    "--database-url", metavar="URL", help="Go to this database instead, past every relay."
)
@from_settings("ice_servers", "turn_uris", "turn_secret", "turn_ttl", "ice_transport_policy")
def bot_command(
    room: int,
    name: str | None,
    tone: float | None,
    play: Path | None,
    echo: bool,
    listen: bool,
    count: int,
    url: str | None,
    token: str | None,
    database_url: str | None,
    **given: Any,
) -> None:
    """Put a bot into a room: --tone, --play, --echo or --listen.

    It takes a seat like anybody, and leaves when it is stopped. The ICE and TURN settings matter with
    --database-url only; a relay tells its own.
    """
    from .media.bot import Plan, run

    asked = [tone is not None, play is not None, echo, listen]
    if sum(asked) > 1:
        raise click.UsageError("A bot does one thing: --tone, --play, --echo or --listen.")
    if url is not None and database_url is not None:
        raise click.UsageError("Either through a relay (--url) or past it (--database-url).")
    if token is not None and (count > 1 or database_url is not None):
        raise click.UsageError("A token is one person's, on one seat, through a relay.")
    holder = running(Settings().data_dir)
    here = holder.address.rstrip("/") if holder and holder.address else "http://127.0.0.1:8000"
    plan = Plan(
        room=RoomId(room),
        name=name,
        tone=tone,
        play=play,
        echo=echo,
        count=count,
        url=url or here,
        token=token,
        database_url=database_url,
        settings=settings_from(given),
    )
    sys.exit(run(plan, Screen().line))


@cli.command("drill")
@click.argument("names", nargs=-1, metavar="[NAME... | all]")
@click.option("--json", "as_json", is_flag=True, help="The verdicts as JSON; progress on stderr.")
def drill_command(names: tuple[str, ...], as_json: bool) -> None:
    """Break things on purpose, and count what anybody missed.

    Without a name: the list of drills. A drill starts its own database and relays, and touches
    nothing else.
    """
    from .drill import report

    if not names:
        report.show_list(Console(highlight=False, soft_wrap=True))
        return
    try:
        drills = report.chosen(names)
    except KeyError as error:
        raise click.UsageError(f"There is no drill {error}. The list: roomtone drill") from None
    with stopping_on_signals(Screen()), expected_errors():
        sys.exit(0 if report.run(drills, as_json=as_json) else 1)


@cli.group("lab")
def lab_group() -> None:
    """Compare techniques: the same room on each of them, with the numbers beside it."""


@lab_group.command("signaling")
@from_settings("database_url")
@click.option(
    "--followers",
    default="10,50,100",
    metavar="N,N,…",
    help="How many follow the room, one measurement each. [10,50,100]",
)
@click.option(
    "--rate",
    type=float,
    default=10.0,
    metavar="N",
    help="Joins, signals and leaves per second. [10]",
)
@click.option(
    "--duration", type=float, default=10.0, metavar="N", help="Seconds of each measurement. [10]"
)
@click.option(
    "--poll-interval",
    type=float,
    default=1.0,
    metavar="N",
    help="Seconds between two polls of one follower. [1]",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every figure here.",
)
@click.option(
    "--html",
    "html_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report with its plots here: one file, nothing else needed.",
)
def lab_signaling_command(
    followers: str,
    rate: float,
    duration: float,
    poll_interval: float,
    json_file: Path | None,
    html_file: Path | None,
    database_url: str | None = None,
) -> None:
    """Measure push over SSE, polling, long-polling and WebSocket on the same database.

    Latency, requests, bytes, transactions, processor and memory, and that nobody missed anything.
    It starts its own PostgreSQL unless --database-url names one, where it makes rooms and people of
    its own and removes them again.
    """
    from .lab.command import measure
    from .lab.plan import Plan, PlanError, followers_of

    try:
        plan = Plan(
            followers=followers_of(followers),
            rate=rate,
            duration=duration,
            poll_interval=poll_interval,
        )
    except PlanError as error:
        raise click.UsageError(str(error)) from None
    with stopping_on_signals(Screen()), expected_errors():
        sys.exit(measure(plan, database_url, json_file, html_file))


@cli.command("sql")
def sql_command() -> None:
    """Print the schema and the triggers as one psql script; nothing is connected to."""
    for piece in script():
        click.echo(piece, nl=False)


@cli.command(
    "psql", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@from_settings("data_dir", "database_url")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql_command_(arguments: tuple[str, ...], **given: Any) -> NoReturn:
    """Open psql on the database; what follows is passed on to psql."""
    settings = settings_from(given)
    if settings.database_url is None:
        holder = running(settings.data_dir)
        if holder is None or not holder.sockets:
            raise click.ClickException(
                f"Roomtone is not running on {settings.data_dir}. Start it in another terminal: roomtone"
            )
        url = socket_url(holder.sockets)
    else:
        url = settings.database_url
    with expected_errors():
        command = [*psql_command(url), *arguments]
    sys.stdout.flush()
    greets = not arguments and sys.stdin.isatty()
    os.execve(command[0], command, {**os.environ, **psql_environment(greets=greets)})


@contextmanager
def expected_errors() -> Iterator[None]:
    """One line instead of a traceback."""
    try:
        yield
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def stopping_on_signals(screen: Screen) -> Iterator[None]:
    """SIGTERM is Ctrl-C: both unwind what was started, and neither is a failure.

    Only the first counts. Stopping takes seconds at most, and a second Ctrl-C in the midst of it
    would leave things behind.
    """

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        on_signals(signal.SIG_IGN)
        raise KeyboardInterrupt

    on_signals(interrupt)
    try:
        yield
    except KeyboardInterrupt:
        screen.line("stopped")


def on_signals(handler: Callable[[int, FrameType | None], Any] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def make_private(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise click.ClickException(f"Cannot use {data_dir} for data: {error.strerror}.") from error


def psql_hint(settings: Settings) -> str:
    """The command that opens psql on this database, as this person would type it; no password in it."""
    me = Path(sys.argv[0])
    on_path = shutil.which("roomtone")
    if me.name != "roomtone":
        words = [Path(sys.executable).name, "-m", "roomtone"]
    elif on_path is not None and Path(on_path).samefile(me):
        words = ["roomtone"]
    else:
        words = [os.path.relpath(me) if me.is_relative_to(Path.cwd()) else str(me)]
    words.append("psql")
    if settings.database_url is not None:
        parts = conninfo_to_dict(settings.database_url)
        shown = {name: str(value) for name, value in parts.items() if name != "password"}
        words += ["--database-url", make_conninfo("", **shown)]
    elif settings.data_dir != Settings().data_dir:
        words += ["--data-dir", str(settings.data_dir)]
    return shlex.join(words)


def main() -> None:
    """The entry point of the console script."""
    cli()
