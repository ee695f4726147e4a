"""A schema that a test may change."""

from __future__ import annotations

from pathlib import Path

import pytest

LEDGER = """
create schema if not exists roomtone;
create table if not exists roomtone.schema_installs
  (fingerprint text, version text, installed_at timestamptz, revision int, oldest_relay int, files jsonb,
   objects text[], members text[]);
"""


@pytest.fixture
def source(tmp_path: Path, template: str) -> Path:
    """A small schema of its own. The roles are those of the template."""
    for folder in ("schema/demo", "triggers"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "schema" / "00_ledger.sql").write_text(LEDGER)
    (tmp_path / "schema" / "10_rooms.sql").write_text(
        "create table if not exists roomtone.rooms (id int);\n"
    )
    return tmp_path
