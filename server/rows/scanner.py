"""A scanner for PostgREST's query language: names, quoted values, lists."""

from __future__ import annotations

from typing import NoReturn

from ..problem import Problem, refusal

_NAME_ENDS = frozenset('.,():"{}!\t\r\n')
_KEY_ENDS = frozenset("(:.,>)")  # of a key into JSON
_LONGEST_INDEX = 9  # digits: an int of PostgreSQL


class Scanner:
    """A position in one parameter's text. Every error is Problem PGRST100, with the position."""

    def __init__(self, text: str, parameter: str) -> None:
        self.text = text
        self.parameter = parameter
        self.at = 0

    def fail(self, expected: str) -> NoReturn:
        """Raise Problem PGRST100."""
        raise self.failure(expected)

    def failure(self, expected: str) -> Problem:
        """Problem PGRST100: what was expected at this position and what was found."""
        found = repr(self.text[self.at : self.at + 20]) if not self.done else "the end"
        return refusal(
            "PGRST100",
            f"failed to parse {self.parameter[:60]!r}: expected {expected}",
            details=f"at character {self.at + 1}: found {found}",
        )

    @property
    def done(self) -> bool:
        """Whether everything was read."""
        return self.at >= len(self.text)

    def sees(self, token: str) -> bool:
        """Whether this comes next."""
        return self.text.startswith(token, self.at)

    def take(self, token: str) -> bool:
        """Read this if it comes next."""
        found = self.sees(token)
        if found:
            self.at += len(token)
        return found

    def expect(self, token: str) -> None:
        """Read this, or fail."""
        if not self.take(token):
            self.fail(repr(token))

    def end(self) -> None:
        """Fail unless everything was read."""
        if not self.done:
            self.fail("the end")

    def space(self) -> None:
        """Skip spaces and tabs, which may stand around names, commas and brackets."""
        while not self.done and self.text[self.at] in " \t":
            self.at += 1

    def name(self, what: str, ends: frozenset[str] = _NAME_ENDS) -> str:
        """A column, alias or type: bare, or in double quotes with backslash escapes."""
        self.space()
        if self.sees('"'):
            name = self.quoted()
            self.space()
            return name
        start = self.at
        while not self.done and self.text[self.at] not in ends:
            if self.sees("->"):
                break
            self.at += 1
        name = self.text[start : self.at].strip(" ")
        if not name:
            self.at = start
            self.fail(what)
        return name

    def key(self) -> str | int:
        """What follows an arrow: a key, or, as bare digits, an index into an array."""
        start = self.at
        bare = not self.sees('"')
        key = self.name("a key", _KEY_ENDS)
        digits = key.removeprefix("-")
        index = digits.isascii() and digits.isdecimal()
        if not bare or not (index or key.startswith("-")):
            return key
        if not index or len(digits) > _LONGEST_INDEX:
            self.at = start
            self.fail("a key, or an index such as 0 or -1")
        return int(key)

    def quoted(self) -> str:
        """`"…"`, in which `\\"` and `\\\\` stand for themselves."""
        self.expect('"')
        letters: list[str] = []
        while not self.done:
            letter = self.text[self.at]
            self.at += 1
            if letter == '"':
                return "".join(letters)
            if letter == "\\" and not self.done:
                letter = self.text[self.at]
                self.at += 1
            letters.append(letter)
        raise self.failure("a closing quote")

    def bare(self, ends: str) -> str:
        """Everything up to one of these characters."""
        start = self.at
        while not self.done and self.text[self.at] not in ends:
            self.at += 1
        return self.text[start : self.at]

    def element(self, ends: str) -> str:
        """One value of a list: quoted, or bare up to one of these characters."""
        return self.quoted() if self.sees('"') else self.bare(ends)

    def rest(self) -> str:
        """The rest of the text."""
        text, self.at = self.text[self.at :], len(self.text)
        return text

    def listed(self) -> tuple[str, ...]:
        """`(a,"b,c")`: the values between brackets; none at all is an empty list."""
        self.space()
        self.expect("(")
        self.space()
        values: list[str] = []
        if not self.sees(")"):
            values.append(self.element(",)"))
            while self.take(","):
                values.append(self.element(",)"))
        self.expect(")")
        self.space()
        return tuple(values)

    def braces(self) -> str:
        """A PostgreSQL array literal `{…}`, unchanged, with quotes and nesting."""
        start, depth = self.at, 0
        if not self.sees("{"):
            self.fail("{")
        while not self.done:
            if self.sees('"'):
                self.quoted()
                continue
            depth += {"{": 1, "}": -1}.get(self.text[self.at], 0)
            self.at += 1
            if depth == 0:
                return self.text[start : self.at]
        raise self.failure("a closing brace")
