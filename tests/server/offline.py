"""What `test_offline.py` runs where there is no network but loopback."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

from ..running import get

UP = 0x8914, struct.pack("16sH14x", b"lo", 1)
"""SIOCSIFFLAGS and its argument (netdevice(7)): loopback is up."""

SILENT = "stun:stun.example:3478"


def main(data: Path) -> None:
    """Start everything, and let one bot hear another. Raises AssertionError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as interfaces:
        fcntl.ioctl(interfaces, *UP)
    command = [sys.executable, "-m", "roomtone"]
    flags = [f"--data-dir={data}", "--port=0", "--no-nodes", f"--ice-servers={SILENT}"]
    log = data.with_suffix(".log")
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [*command, *flags], stdout=subprocess.PIPE, stderr=errors, text=True
        ) as roomtone,
    ):
        assert roomtone.stdout is not None
        try:
            url = next(line for line in roomtone.stdout if "open at" in line).split()[-1]
            page = get(url)
            assert page.status_code == 200
            assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
            assert get(f"{url}ready").status_code == 200
            bot = [*command, "bot", "--room=1", f"--url={url}"]
            with subprocess.Popen([*bot, "--tone=440"], stdout=subprocess.DEVNULL) as tone:
                try:
                    with subprocess.Popen(
                        [*bot, "--listen"], stdout=subprocess.PIPE, text=True
                    ) as listener:
                        assert listener.stdout is not None
                        heard = next(line for line in listener.stdout if "hears" in line)
                        listener.send_signal(signal.SIGTERM)
                finally:
                    tone.terminate()
            print(heard)
        finally:
            roomtone.terminate()
    said = re.findall(f"^.*{SILENT} does not answer.*$", log.read_text(), re.MULTILINE)
    assert len([line for line in said if "more like this" not in line]) <= 1, said  # of the band


if __name__ == "__main__":
    os.environ.pop("ROOMTONE_DATABASE_URL", None)
    main(Path(sys.argv[1]))
