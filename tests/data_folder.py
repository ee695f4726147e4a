"""Where tests keep databases: in memory, if there is much of it.

A database is some three hundred files. Where many were deleted in the last minutes, ext4 looks long for a free inode for each
new one, so that a copy of a database takes five times the processor time.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

IN_MEMORY = Path("/dev/shm")
ENOUGH = 8 * 2**30  # bytes; a whole run needs a third of it


def data_folder() -> Path:
    """The folder in which a test makes temporary folders for PostgreSQL's data."""
    with suppress(OSError):
        if shutil.disk_usage(IN_MEMORY).free > ENOUGH:
            return IN_MEMORY
    return Path(tempfile.gettempdir())
