"""Recognisers of speech: the one that comes with Roomtone, others by their name, and what is said when there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from roomtone.media.captions.recogniser import DEFAULT, NoRecogniser, recogniser_of
from roomtone.media.captions.resampling import Downsampler

from ....speech import WORDS, spoken

BLOCK = 960  # samples, 20 ms at 48 kHz


def at_48_khz() -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """The spoken sentence with silence around it."""
    samples, rate = spoken()
    length = int(len(samples) * 48_000 / rate)
    slow = np.interp(np.arange(length) * rate / 48_000, np.arange(len(samples)), samples)
    return np.concatenate([np.zeros(24_000), slow, np.zeros(72_000)]).astype(np.int16)


def test_speech_becomes_words_that_are_corrected_and_then_final() -> None:
    recogniser, slower = recogniser_of(DEFAULT)(), Downsampler()
    sound, heard = at_48_khz(), list[tuple[str, bool]]()
    for at in range(0, len(sound) - BLOCK, BLOCK):
        heard += recogniser.hear(slower(sound[at : at + BLOCK]))
    heard += recogniser.end()
    finals = [text for text, final in heard if final]
    assert set(" ".join(finals).split()) >= WORDS
    assert len(heard) > len(finals) + 3, "words come before the sentence is over"
    assert not [*recogniser.end()], "nothing is said any more"


def test_sound_is_slowed_down_without_what_would_be_folded_back() -> None:
    def loudness(hertz: float) -> float:
        slower, times = Downsampler(), np.arange(48_000) / 48_000
        tone = (10_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)
        blocks = [slower(tone[at : at + BLOCK]) for at in range(0, len(tone), BLOCK)]
        assert {len(block) for block in blocks} == {BLOCK // 3}
        return float(np.sqrt(np.mean(np.concatenate(blocks[1:]).astype(float) ** 2)))

    assert loudness(1000) == pytest.approx(10_000 / np.sqrt(2), rel=0.02)
    assert loudness(12_000) < loudness(1000) / 100


def test_a_recogniser_has_a_name_and_what_is_missing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recogniser_of("collections:Counter")() == {}  # type: ignore[comparison-overlap]
    (tmp_path / "captions_that_raise.py").write_text("1 / 0")
    (tmp_path / "captions_that_exit.py").write_text("raise SystemExit(3)")
    (tmp_path / "captions_of_mine.py").write_text("class Mine: pass\nNUMBER = 1")
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    monkeypatch.chdir(tmp_path)
    for name, words in (
        ("collections", "is not a recogniser's name"),
        (":Any", "is not a recogniser's name"),
        (".near:Any", "is not a recogniser's name"),
        ("collections:", "is not a recogniser's name"),
        ("no_such_module:Any", "cannot be imported: ModuleNotFoundError"),
        ("collections:NoSuchClass", "has no NoSuchClass"),
        ("captions_that_raise:Any", "cannot be imported: ZeroDivisionError"),
        ("captions_that_exit:Any", "cannot be imported: SystemExit"),
        ("captions_of_mine:NUMBER", "is not a class"),
    ):
        with pytest.raises(NoRecogniser, match=words):
            recogniser_of(name)
    assert type(recogniser_of("captions_of_mine:Mine")()).__name__ == "Mine"


def test_without_the_extra_the_command_says_how_to_install_it() -> None:
    without = "import sys; sys.modules['pocketsphinx'] = None; from roomtone.cli import main; sys.argv[1:] = ['captions', '--room', '1']; main()"
    done = subprocess.run(
        [sys.executable, "-c", without], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "pip install 'roomtone[captions]'" in done.stderr
