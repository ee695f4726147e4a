"""Writes schema/00_database/20_unicode.sql: the data about Unicode's characters that the rules for names need.

`make unicode` runs it. The properties are those of the package `regex`, which follows each version of Unicode; the
characters that look alike (UTS #39, confusables.txt) are those of `confusable-homoglyphs`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import confusable_homoglyphs
import regex

LAST = 0x10FFFF
CJK = ("Han", "Hiragana", "Katakana", "Bopomofo", "Hangul")
"""Scripts that are written together, and together with Latin (UTS #39, 5.2: highly restrictive)."""

KINDS = (
    ("joiner", r"[\u200C\u200D]"),
    ("style", r"[\uFE0E\uFE0F]"),
    ("keycap", r"\u20E3"),
    ("space", r"[\u0020\u3000]"),
    ("invisible", r"[\p{DI}\p{C}\p{Z}\u2800\U0001D159]"),
    ("tone", r"\p{Emoji_Modifier}"),
    ("virama", r"\p{ccc=9}"),
    ("enclosing", r"\p{Me}"),
    ("mark", r"\p{Mn}"),
    ("key", r"[0-9#*]"),
    ("letter", r"[\p{L}\p{Mc}\p{Nl}]"),
    ("picture", r"\p{ExtPict}"),
    ("other", r"."),
)
"""What a character is for a name; the first that fits."""


def _labelled(alternatives: dict[str, str]) -> list[str]:
    """For each code point the name of the pattern that fits it."""
    labels = [""] * (LAST + 1)
    everything = "".join(map(chr, range(LAST + 1)))
    for name, pattern in reversed(alternatives.items()):
        for found in regex.finditer(f"(?:{pattern})+", everything, regex.DOTALL):
            labels[found.start() : found.end()] = [name] * (found.end() - found.start())
    return labels


def _scripts() -> list[str]:
    # The package's own table is the only place where it says which scripts there are.
    aliases: dict[str, int] = regex._regex_core.PROPERTIES["SCRIPT"][1]
    names = {number: name for name, number in reversed(aliases.items())}.values()
    together = "".join(rf"\p{{Script={each}}}" for each in CJK)
    patterns = {"-": r"[\p{Common}\p{Inherited}\p{Unknown}]", "CJK": f"[{together}]"}
    patterns |= {name.title(): rf"\p{{Script={name}}}" for name in sorted(names)}
    return _labelled(patterns)


def kinds() -> Iterator[tuple[int, str]]:
    """Where each range of alike characters begins, and its kind: what it is, its direction, its script."""
    is_a = _labelled(dict(KINDS))
    written = _labelled({"R": r"[\p{bc=R}\p{bc=AL}]", "L": r"\p{bc=L}", "-": "."})
    script = _scripts()
    before = ""
    for point in range(LAST + 1):
        kind = is_a[point]
        if kind in ("letter", "mark", "virama"):
            kind = f"{kind} {written[point]} {script[point]}"
        elif kind == "other":
            kind = f"other {written[point]} -"
        else:
            kind = f"{kind} - -"
        if kind != before:
            yield point, kind
            before = kind


class Alike:
    """Characters in classes: those that look alike are in one. ASCII letters stand for theirs, small ones first."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, character: str) -> str:
        """The one that stands for this one's class."""
        while (above := self._above.setdefault(character, character)) != character:
            character = above
        return character

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.find(one), self.find(other)), key=_plainness)
        self._above[second] = first

    def folded(self, character: str) -> str:
        """What stands for it whatever its case. An upper case letter may look like another than its lower case does."""
        before = ""
        while character != before:
            before, character = character, self.find(character)
            lower = character.casefold()
            character = self.find(lower) if len(lower) == 1 else character
        return character


def _plainness(character: str) -> tuple[bool, bool, str]:
    letter = character.isascii() and character.isalpha()
    return not letter, not (letter and character.islower()), character


def prototypes() -> dict[str, str]:
    """For each character that does not stand for itself: what does, in a skeleton."""
    folder = Path(confusable_homoglyphs.__file__).parent
    table = json.loads((folder / "confusables.json").read_text("utf-8"))
    alike, longer = Alike(), dict[str, str]()
    for source, targets in table.items():
        for target in targets:
            shown = _visible(source), _visible(target["c"])
            if len(shown[0]) == len(shown[1]) == 1:
                alike.join(*shown)
            elif len(shown[0]) == 1 and shown[1]:
                longer[shown[0]] = shown[1]
    alike.join(
        "i", "l"
    )  # as an upper case i looks like an l, which upper and lower case alike cannot tell
    whole = {alike.folded(source): target for source, target in sorted(longer.items())}
    found = {}
    for character in map(chr, range(LAST + 1)):
        if unicodedata.normalize("NFKD", character) != character:
            continue  # a name is decomposed before it is looked at
        first = alike.folded(character)
        text = unicodedata.normalize("NFKD", whole.get(first, first))
        stands = "".join(alike.folded(each) for each in text)
        if stands != character:
            found[character] = stands
    return found


def _visible(text: str) -> str:
    return str(regex.sub(r"\p{DI}", "", text))


def _lines(items: list[str], width: int = 110) -> str:
    lines, line = [], ""
    for item in items:
        if len(line) + len(item) > width:
            lines.append(line)
            line = ""
        line += item + ","
    return "\n".join([*lines, line.rstrip(",")])


def sql() -> str:
    """The file."""
    ranges = list(kinds())
    names = sorted({kind for _, kind in ranges})
    table = sorted(prototypes().items())
    return f"""\
-- Written by `make unicode` (tests/schema/unicode_sql.py); not by hand.
-- From regex {metadata.version("regex")} and confusable-homoglyphs {metadata.version("confusable-homoglyphs")}: Unicode's data, under the Unicode License v3.
-- When what looks alike has changed: reindex users_username_looks_like_no_other and clubs_name_looks_like_no_other.

create or replace function unicode_kind(letter text) returns text
language sql immutable parallel safe as $$
select ('{{{",".join(f'"{name}"' for name in names)}}}'::text[])[('{{
{_lines([str(names.index(kind) + 1) for _, kind in ranges])}
}}'::int[])[width_bucket(ascii(letter), '{{
{_lines([str(start) for start, _ in ranges])}
}}'::int[])]]
$$;

comment on function unicode_kind(text) is
  'What the first character of a text is for a name: its kind, its writing direction (L, R or none), its script; CJK are those that are written together.';

create or replace function unicode_prototypes() returns jsonb
language sql immutable parallel safe as $unicode$
select '{{
{_lines([f"{json.dumps(key)}:{json.dumps(value)}" for key, value in table]).replace("'", "''")}
}}'::jsonb
$unicode$;

comment on function unicode_prototypes() is
  'For a character that looks like others (UTS #39) or has two cases: the one that stands for all of them in a skeleton.';
"""


if __name__ == "__main__":
    print(sql(), end="")
