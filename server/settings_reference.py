"""The text of docs/settings.md, made from the table in `settings_table.py`."""

from __future__ import annotations

from .settings_options import options

REFERENCE_HEAD = """# Settings

Each setting is a flag of `roomtone` and an environment variable; the flag has priority. For several values, repeat the
flag, or separate the values by spaces in the variable. All users of a machine can read command lines: give secrets by
variable or by file.

Some numbers apply to all relays and nodes of a database and are therefore in it ([psql.md](psql.md#look-around)): from how many people on a
room's audience is only counted, and when it is listed again (table `roster_sizes`); how many listeners the node of a room's stage serves
before an edge does ([edges.md](edges.md#how-many-before-an-edge)), which `--edge-after` writes, and from how many people on a room is no
mesh any more ([topologies.md](topologies.md#automatic)), both in the table `topology_sizes`.

This page is generated from `server/settings_table.py` by `make docs`, and a test compares the two.

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
