"""The interface of a recogniser of speech, and how one is found by its name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000  # Hz
Samples = NDArray[np.int16]
Words = tuple[str, bool]
"""What is being said, as one text, and whether it is final: the next words belong to another caption."""

DEFAULT: Final = "roomtone.media.captions.sphinx:PocketSphinx"


class Recogniser(Protocol):
    """Recognises what one speaker says. It is used by one thread at a time, and may take its time: audio waits, at most ten seconds."""

    def hear(self, samples: Samples) -> Iterable[Words]:
        """20 ms to half a second of sound, 16 kHz mono, 16 bit; what is new since the last call, in its order. Silence is sound, too."""

    def end(self) -> Iterable[Words]:
        """No more sound follows for a while: the words that were not final yet, as final."""


class NoRecogniser(Exception):
    """There is no recogniser of this name; the text says what to do."""


def recogniser_of(name: str) -> Callable[[], Recogniser]:
    """`module:Class`, called without arguments for each speaker; the module may stand in the current folder. Raises NoRecogniser."""
    module, _, attribute = name.partition(":")
    if not attribute or not all(part.isidentifier() for part in module.split(".")):
        raise NoRecogniser(f"{name} is not a recogniser's name, such as my_module:MyClass.")
    if name != DEFAULT and (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        found: Callable[[], Recogniser] | None = getattr(import_module(module), attribute, None)
    except (Exception, SystemExit) as error:
        if name == DEFAULT and isinstance(error, ImportError):
            raise NoRecogniser(
                "The recogniser of speech is not installed. Install it with Roomtone: pip install 'roomtone[captions]';"
                " or name another one: --recogniser module:Class"
            ) from error
        raise NoRecogniser(
            f"The recogniser {name} cannot be imported: {type(error).__name__}: {error}."
        ) from error
    if found is None:
        raise NoRecogniser(f"The module {module} has no {attribute}.")
    if not callable(found):
        raise NoRecogniser(f"{attribute} in the module {module} is not a class.")
    return found
