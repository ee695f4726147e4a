"""The command `roomtone`. Without a subcommand it runs `serve`."""

from __future__ import annotations

import click

from .. import __version__

GROUP_FLAGS = ("--help", "-h", "--version")


class RunsByDefault(click.Group):
    """A group that runs `serve` if no subcommand is given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_for_the_group = bool(args) and (args[0] in self.commands or args[0] in GROUP_FLAGS)
        # only flags go to `serve`; an unknown word is an unknown command
        if not args or (args[0].startswith("-") and not is_for_the_group):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [
            row
            for p in self.commands["serve"].params
            if (row := p.get_help_record(ctx)) is not None
        ]
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
