"""Takes a picture of every page, state and dialog, in every size and in light and dark, for somebody to look at.

    python -m tests.client_web.photographs build/photographs [--walk room] [--size 320x640]

Beside the pictures there are sheets with many of them, such as `320x640-room-0.png`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, sync_playwright
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.install import install
from roomtone.postgres.programs import socket_url
from roomtone.tools.database_server import OPERATOR

from ..databases import Databases
from ..people import Psql
from ..running import run_relay
from .browser import chromium
from .states import WALKS, Evening, browser_context
from .user_page import UserPage

SIZES = ("320x640", "740x360", "768x1024", "1440x900")
GRID = {"320x640": (5, 2), "740x360": (2, 4), "768x1024": (3, 2), "1440x900": (2, 3)}
"""Columns and rows of a sheet for a size; at night, where only colours differ, pictures are half as large."""


@contextmanager
def databases() -> Iterator[Databases]:
    """A PostgreSQL of its own, with a template that has the schema."""
    folder = Path(tempfile.mkdtemp(prefix="roomtone-photographs-"))
    try:
        with EmbeddedPostgres(folder, durable=False) as postgres:
            url = socket_url(postgres.sockets, database="postgres")
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute("create database template_plain template template0")
                install(socket_url(postgres.sockets, database="template_plain"), demo=False)
                yield Databases(postgres, admin)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def take(user: UserPage, path: Path) -> list[Path]:
    """By day and by night, and if something can be scrolled, its end."""
    page = user.page
    taken = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(STILL)
        taken.append(path.with_name(f"{path.name}-{scheme}.png"))
        page.screenshot(path=taken[-1])
    if page.evaluate(SCROLL, True):
        taken.append(path.with_name(f"{path.name}-end.png"))
        page.screenshot(path=taken[-1])
        page.evaluate(SCROLL, False)
    return taken


STILL = "() => document.getAnimations().every((each) => each.playState !== 'running')"
SCROLL = """(toEnd) => {
    const places = [...(document.querySelector('dialog[open]') ?? document).querySelectorAll('*'), document.querySelector('dialog[open]')].filter((each) => each
        && each.clientHeight > 60 && each.scrollHeight > each.clientHeight + 24 && /auto|scroll/u.test(getComputedStyle(each).overflowY)
        && !each.matches('.chat__scroll, textarea') && (innerWidth < 768 || !each.matches('.hallway__scroll')) && each.checkVisibility())
    for (const each of places) each.scrollTop = toEnd ? each.scrollHeight : 0
    return places.length > 0
}"""


def walk(browser: Browser, made: Databases, name: str, size: str, folder: Path) -> Iterator[Path]:
    width, height = map(int, size.split("x"))
    database = made.make("template_plain")
    context = browser_context(browser, (width, height))
    recordings = Path(tempfile.mkdtemp(prefix="roomtone-photographs-"))
    number = 0
    try:
        with (
            psycopg.connect(made.url(database), **OPERATOR) as connection,
            run_relay(made.url(database), demo=True, recordings_dir=recordings) as relay,
        ):
            evening = Evening(context, relay, Psql(connection), recordings, (width, height))
            for state in WALKS[name](evening):
                slug = re.sub(r"[^a-z0-9]+", "-", state.name.lower()).strip("-")
                yield from take(state.user, folder / f"{number:02}-{slug}")
                number += 1
                print(f"{name} {size}: {state.name}", flush=True)
    finally:
        context.close()
        shutil.rmtree(recordings, ignore_errors=True)


def sheets(browser: Browser, pictures: list[Path], columns: int, rows: int, path: Path) -> None:
    for start in range(0, len(pictures), columns * rows):
        part = pictures[start : start + columns * rows]
        sheet(
            browser, part, columns, path.with_name(f"{path.name}-{start // (columns * rows)}.png")
        )


def sheet(browser: Browser, pictures: list[Path], columns: int, path: Path) -> None:
    """One picture of many, each with its name."""
    figures = "".join(
        f"<figure><img src='file://{each}'><figcaption>{each.stem}</figcaption></figure>"
        for each in pictures
    )
    style = (
        f"body{{margin:6px;display:grid;grid-template-columns:repeat({columns},1fr);gap:6px;background:#777;font:12px sans-serif;width:1488px}}"
        "figure{margin:0}img{width:100%;display:block}figcaption{background:#fff;padding:2px}"
    )
    source = path.with_suffix(".html")
    source.write_text(f"<style>{style}</style>{figures}")
    page = browser.new_page(viewport={"width": 1500, "height": 100})
    page.goto(f"file://{source}")
    page.screenshot(path=path, full_page=True)
    page.close()
    source.unlink()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--walk", choices=WALKS, action="append")
    options.add_argument(
        "--size", action="append", help="such as 1280x800; all of SIZES without it"
    )
    chosen = options.parse_args()
    with databases() as made, sync_playwright() as playwright, chromium(playwright) as browser:
        for size in chosen.size or SIZES:
            for name in chosen.walk or WALKS:
                folder = (chosen.folder / size / name).resolve()
                folder.mkdir(parents=True, exist_ok=True)
                taken: list[Path] = []
                try:
                    taken.extend(walk(browser, made, name, size, folder))
                except Exception:  # noqa: BLE001 - the other pictures are still worth looking at
                    traceback.print_exc()
                night = [each for each in taken if each.stem.endswith("-dark")]
                columns, rows = GRID.get(size, (2, 3))
                sheets(
                    browser,
                    [each for each in taken if each not in night],
                    columns,
                    rows,
                    chosen.folder / f"{size}-{name}",
                )
                sheets(browser, night, 2 * columns, 2 * rows, chosen.folder / f"{size}-{name}-dark")


if __name__ == "__main__":
    main()
