"""The words of a text, to count them and to cut between them, also in languages that write no spaces."""

from __future__ import annotations

import re
from typing import Final

_TOGETHER: Final = (  # scripts that are written without spaces between words
    "\u0e01-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # hiragana, katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese characters
)
_BEFORE: Final = "\u0e40-\u0e44\u0ec0-\u0ec4"  # vowels that stand before the consonant after which they are spoken
_WORD: Final = re.compile(
    # One letter with its marks and the punctuation after it, because only a dictionary knows the words there; or else what
    # stands between spaces, or a part of it, where there are none for long.
    rf"[{_BEFORE}]?[{_TOGETHER}][^\w\s]{{0,10}}|[^\s{_TOGETHER}]{{1,20}}"
)


def count(text: str) -> int:
    """How many words it has. A letter of a script without spaces counts as one."""
    return sum(1 for _ in _WORD.finditer(text))


def without(text: str, words: int) -> str:
    """The text after so many words."""
    for number, word in enumerate(_WORD.finditer(text)):
        if number == words:
            return text[word.start() :]
    return ""


def first_part(text: str, longest: int) -> str:
    """As many whole words of a text that begins with one as so many characters hold, 30 at least."""
    if len(text) <= longest:
        return text
    return text[: [word.end() for word in _WORD.finditer(text) if word.end() <= longest][-1]]
