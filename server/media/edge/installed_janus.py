"""Whether Janus is installed on this machine. Apart, because the relay's process asks it, and imports no audio."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

PROGRAM: Final = "janus"
STREAMING: Final = "libjanus_streaming.so"
FOLDERS: Final = ("/usr/lib/janus", "/usr/local/lib/janus", "/opt/janus/lib/janus")


def missing() -> str | None:
    """Why no Janus can be started here; None if one can."""
    if shutil.which(PROGRAM) is None:
        return "Janus is not installed. On Debian: apt-get install janus"
    if plugins_folder() is None:
        return "Janus has no Streaming plugin. On Debian: apt-get install janus"
    return None


def plugins_folder() -> Path | None:
    """The folder that has Janus's plugins in folders: Debian has one for each architecture."""
    folders = (*Path("/usr/lib").glob("*-linux-*/janus"), *map(Path, FOLDERS))
    return next((each for each in folders if (each / "plugins" / STREAMING).exists()), None)
