"""A schema that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from roomtone.paths import SCHEMA

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
    for each in ("46_own_objects.sql", "48_revoke_default_privileges.sql"):
        shutil.copy(SCHEMA / "00_database" / each, tmp_path / "schema" / f"20_{each}")
    return tmp_path
