"""Spoken samples, made by Debian's espeak-ng."""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SENTENCE = "The people want to speak in this room."
WORDS = {"people", "want", "speak"}
"""Of the sentence, what PocketSphinx understands of this voice, also after it went through Opus."""


def spoken(text: str = SENTENCE, *, voice: str = "en-us+f2") -> tuple[NDArray[np.int16], int]:
    """Samples and their rate."""
    command = ["espeak-ng", "-v", voice, "-s", "120", "--stdout", text]
    sound = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(sound)) as file:
        return np.frombuffer(file.readframes(1 << 30), np.int16), file.getframerate()


def speech_file(path: Path, *, times: int, pause: float = 1.5) -> Path:
    """The sentence so many times, with pauses of seconds, as a file."""
    samples, rate = spoken()
    silence = np.zeros(int(pause * rate), np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        for _ in range(times):
            file.writeframes(np.concatenate([samples, silence]).tobytes())
    return path
