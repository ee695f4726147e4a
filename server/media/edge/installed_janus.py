"""Whether Janus is installed on this machine. Apart, because the relay's process asks it, and imports no audio."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

PROGRAM: Final = "janus"
STREAMING: Final = "streaming"
FOLDERS: Final = ("/usr/lib/janus", "/usr/local/lib/janus", "/opt/janus/lib/janus")


def missing(plugin: str = STREAMING) -> str | None:
    """Why no Janus with this plugin can be started here; None if one can."""
    if shutil.which(PROGRAM) is None:
        return "Janus is not installed. On Debian: apt-get install janus"
    if plugins_folder(plugin) is None:
        return f"Janus has no {plugin} plugin. On Debian: apt-get install janus"
    return None


def plugins_folder(plugin: str = STREAMING) -> Path | None:
    """The folder that has Janus's plugins in folders, this one among them: Debian has one for each architecture."""
    folders = (*Path("/usr/lib").glob("*-linux-*/janus"), *map(Path, FOLDERS))
    return next(
        (each for each in folders if (each / "plugins" / library_of(plugin)).exists()), None
    )


def library_of(plugin: str) -> str:
    """The name of a plugin's file."""
    return f"libjanus_{plugin}.so"
