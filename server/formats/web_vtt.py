"""WebVTT (W3C, https://www.w3.org/TR/webvtt1/): captions as a text file that players show in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """What `speaker` said, from `begin` to `end` in seconds."""

    begin: float
    end: float
    speaker: str
    text: str


def web_vtt(cues: Iterable[Cue]) -> str:
    """The file. A cue names its speaker by a voice span (WebVTT, 4.2.2)."""
    blocks = (
        f"{_time(c.begin)} --> {_time(max(c.end, c.begin + 0.001))}\n<v {_escaped(c.speaker)}>{_escaped(c.text)}\n"
        for c in cues
    )
    return "\n".join(("WEBVTT\n", *blocks))


def _time(seconds: float) -> str:
    whole = round(max(seconds, 0) * 1000)
    minutes, milliseconds = divmod(whole, 60_000)
    return (
        f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
    )


def _escaped(text: str) -> str:
    """In one line, and without what WebVTT would read as markup (`-->` included)."""
    line = " ".join(text.split())
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
