"""schemathesis's own command, with every check on, finds nothing in the relay's document.

The usual run has the cases of its `coverage` phase (each constraint of each parameter, kept and violated, and methods that the
document does not have) for all functions and a table, which take less time than random ones. Where many operations take the same
parameter, it is violated at one of them (every_check/first_of_each.py): more than 3,500 cases.
`ROOMTONE_FUZZ=15` takes all tables and adds random cases: more than 50,000.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from psycopg.errors import DeadlockDetected

from ..patience import PATIENCE
from .examples import TIMES
from .populated import PopulatedRelay

ROOT: Final = Path(__file__).parents[2]
CONFIGURATION: Final = Path(__file__).parent / "every_check/schemathesis.toml"
CHECKS: Final = (
    *("not_a_server_error", "status_code_conformance", "response_headers_conformance"),
    *("positive_data_acceptance", "missing_required_header", "unsupported_method"),
    *("allow_header_conformance", "use_after_free", "ensure_resource_availability"),
    *("ignored_auth", "object_level_authorization", "well_formed_requests_are_understood"),
    *("rows_content_type_conformance", "rows_response_schema_conformance"),
    "rows_negative_data_rejection",
)
LEFT_OUT: Final = (
    *("--exclude-path", "/hallway/events", "--exclude-path", "/rooms/{room_id}/events"),  # no end
    *("--exclude-operation-id", "sign_out", "--exclude-operation-id", "call_sign_out"),
)
SOME: Final = r"/rows/rooms$|^/(?!rows/(?!rpc/))"  # no other tables
RANDOM: Final = 10  # cases of each operation, times ROOMTONE_FUZZ


def test_every_check_of_schemathesis_finds_nothing(
    populated: PopulatedRelay, tmp_path: Path
) -> None:
    hooks, chosen = "first_of_each", ("--phases", "coverage", "--include-path-regex", SOME)
    if TIMES > 1:
        hooks = "hooks"
        chosen = ("--phases", "examples,coverage,fuzzing", "-n", str(RANDOM * TIMES))
    command = (
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
        *("run", f"{populated.relay.url}/openapi.json", "--checks", ",".join(CHECKS), *chosen),
        *("--header", f"Authorization: Bearer {populated.relay.token('anna')}", *LEFT_OUT),
        *("--continue-on-failure", "--no-color", "--request-timeout", str(PATIENCE), "--seed", "1"),
    )
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": f"{__package__}.every_check.{hooks}",
        "PYTHONPATH": str(ROOT),
        # Its tables of characters are there, which otherwise it makes again.
        "HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis"),
    }
    report = tmp_path / "report"
    with report.open("wb") as output:
        running = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=output, stderr=output
        )
        while running.poll() is None:
            try:
                running.wait(2)
            except subprocess.TimeoutExpired:
                # Against a request of the command it may be this one that a deadlock ends; two seconds later it is tried again.
                with suppress(DeadlockDetected):
                    populated.repopulate()
    said = report.read_text()
    assert running.returncode == 0, said[-8000:]
    generated = re.search(r"(\d+) generated", said)
    assert generated is not None
    assert int(generated[1]) >= (3_500 if TIMES == 1 else 50_000), said[-2000:]
    print(generated[0])
