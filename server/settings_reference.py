"""docs/settings.md, written from the table in `settings.py` by `make docs`."""

from __future__ import annotations

from .settings import options

REFERENCE_HEAD = """# Settings

Each setting is a flag of `roomtone` and an environment variable; the flag wins. A setting that takes
several values is given by repeating its flag, or with spaces between them in the variable. A command line is readable by
everybody on the machine: give secrets by variable or by file.

This page is generated from `server/settings.py` by `make docs`, and a test compares the two.

| flag | variable | default | what it does |
|---|---|---|---|
"""


def reference() -> str:
    """docs/settings.md, as Markdown."""
    return REFERENCE_HEAD + "".join(
        f"| `{option.usage}` | {' '.join(f'`{name}`' for name in option.environment)} "
        f"| {option.default_text} | {option.help} |\n"
        for option in options()
    )
