"""The command `roomtone`. Without a subcommand it runs `serve`."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from .. import __version__

GROUP_FLAGS = ("--help", "-h", "--version")

MODULES: Final = {
    "backup": "backup",
    "bench": "bench",
    "bot": "bot",
    "captions": "captions",
    "drill": "drill",
    "install": "schema",
    "lab": "lab",
    "lesson": "lesson",
    "node": "node",
    "psql": "psql",
    "pump": "pump",
    "recover": "recover",
    "restore": "backup",
    "serve": "serve",
    "sql": "schema",
    "token": "token",
    "uninstall": "schema",
}
"""The module of each subcommand. Only the one that runs is imported: all of them need half a second."""


class RunsByDefault(click.Group):
    """A group that runs `serve` if no subcommand is given."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in MODULES:
            import_module(f".{MODULES[cmd_name]}", __package__)
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_for_the_group = bool(args) and (args[0] in MODULES or args[0] in GROUP_FLAGS)
        # only flags go to `serve`; an unknown word is an unknown command
        if not args or (args[0].startswith("-") and not is_for_the_group):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        serve = self.get_command(ctx, "serve")
        assert serve is not None
        rows = [row for p in serve.params if (row := p.get_help_record(ctx)) is not None]
        with formatter.section("Options (each also a variable: --port is ROOMTONE_PORT)"):
            formatter.write_dl(rows)
        self.format_commands(ctx, formatter)


@click.group(
    cls=RunsByDefault,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="roomtone")
def cli() -> None:
    """Social audio whose signaling server is PostgreSQL.

    Without a command it starts everything: the database, its schema, the relay and the page.
    """
