"""An audio device that plays nothing: Firefox needs one as a clock."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..patience import eventually

STARTS_WITHIN = 120.0  # seconds, on a busy machine


@contextmanager
def loudspeaker(home: Path) -> Iterator[Path]:
    """The socket of a PulseAudio until the block ends; its files are in `home`."""
    socket = home / "loudspeaker"
    modules = ("module-null-sink", f"module-native-protocol-unix auth-anonymous=1 socket={socket}")
    with subprocess.Popen(
        [
            *("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"),
            *(f"--load={module}" for module in modules),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment_of(str(home)),
    ) as process:
        try:
            eventually(socket.exists, within=STARTS_WITHIN)
            yield socket
        finally:
            process.kill()


def environment_of(home: str) -> dict[str, str]:
    """The variables for a program that lives in this folder."""
    return {**os.environ, "HOME": home, "XDG_RUNTIME_DIR": home}
