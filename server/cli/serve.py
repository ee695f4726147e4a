"""`roomtone serve`: database, schema, relay, house band and media nodes."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from .. import privileges
from ..child_processes import child_processes
from ..media.edge.installed_janus import missing
from ..postgres.edge_after import set_edge_after
from ..postgres.embedded import EmbeddedPostgres
from ..postgres.install import install
from ..postgres.kept_running import kept_running
from ..postgres.lock import data_dir_lock
from ..postgres.login import place
from ..process import address, bind, serve, serve_many
from ..terminal import Terminal
from ..token_keys import pem
from .group import cli
from .options import from_settings, named_by_database_url, settings_from
from .outcome import expected_errors, make_private, older_are_running, stopping_on_signals
from .psql import psql_hint


@cli.command("serve")
@from_settings()
def serve_command(**given: Any) -> None:
    """Start everything. This is the default command."""
    settings = settings_from(given)
    terminal = Terminal()
    with stopping_on_signals(terminal), ExitStack() as stack:
        stack.enter_context(expected_errors())
        lock = None
        if settings.database_url is None:
            make_private(settings.data_dir)
            lock = stack.enter_context(data_dir_lock(settings.data_dir))
        listening = stack.enter_context(bind(settings.host, settings.port))
        url = address(listening)
        if lock is not None:
            lock.write(address=url)
        with terminal.working(
            "starting PostgreSQL" if lock else "looking at the database"
        ) as progress:
            if lock is None:
                assert settings.database_url is not None
                admin_url = relay_url = settings.listen_url or settings.database_url
            else:
                postgres = stack.enter_context(
                    EmbeddedPostgres(settings.data_dir, on_progress=progress)
                )
                stack.enter_context(kept_running(postgres))
                lock.write(address=url, sockets=str(postgres.sockets))
                admin_url, relay_url = postgres.url, postgres.relay_url
            installed = install(
                admin_url,
                demo=settings.demo_rooms,
                beside_others=not named_by_database_url(),
                on_progress=progress,
            )
            if settings.edge_after is not None:
                set_edge_after(admin_url, settings.edge_after)
            if installed.demo:
                progress("the demo's clubs and rooms are installed")
            if installed.older:
                progress(older_are_running(installed.older))
            progress("starting the relay")
        for line in (*installed.restored, *installed.warnings):
            terminal.line(line)
        account = privileges.account_to_run_as(settings)
        if account is not None:
            privileges.give_recordings(account, settings.recordings)
            settings = replace(settings, jwt_public_key=pem(settings.jwt_public_key))
        children = stack.enter_context(child_processes(settings, relay_url, account))

        def opened() -> None:
            terminal.opened(url.rstrip("/") + f"{settings.root_path}/", psql_hint(settings))
            if settings.database_url is not None:
                terminal.line(f"database: {place(settings.database_url)}")
            if (text := privileges.describe(account)) is not None:
                terminal.line(text)
            if settings.nodes and (why := missing()) is not None:
                terminal.line(f"Large audiences get no edge: {why}")
            for child in children:
                child.start()

        if settings.workers == 1 and account is None:
            serve(settings, relay_url, listening, opened)
        else:
            serve_many(settings, relay_url, listening, opened, account)
