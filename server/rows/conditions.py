"""Filters: `column=operator.value`, and the groups `and=(…)` and `or=(…)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .scanner import Scanner
from .selection import Field, parse_field

DEEPEST_GROUP = 10

Joined = Literal["and", "or"]
_JOINED: tuple[Joined, ...] = ("and", "or")

OPERATORS = frozenset(
    {
        *("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch"),
        *("in", "is", "isdistinct", "cs", "cd", "ov", "sl", "sr", "nxl", "nxr", "adj"),
        *("fts", "plfts", "phfts", "wfts"),
    }
)
QUANTIFIED = frozenset(
    {"eq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch"}
)  # eq(any).{1,2}
SEARCHES = frozenset({"fts", "plfts", "phfts", "wfts"})  # fts(english).word
BEGINS_CONDITION = re.compile(
    r"not\.|({})\.|({})(\([\w $]+\))?\.|({})(\((any|all)\))?\.".format(
        *("|".join(words) for words in (OPERATORS - SEARCHES - QUANTIFIED, SEARCHES, QUANTIFIED))
    )
)
"""How a condition begins. In the query string of a call, such a value is never an argument's: `name=eq.Tea`."""
IS_VALUES = frozenset({"null", "not_null", "true", "false", "unknown"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `modifier` is any, all, or a text search configuration."""

    field: Field
    operator: str
    value: str | tuple[str, ...]
    negated: bool = False
    modifier: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by `and` or by `or`."""

    joined: Joined
    members: tuple[Condition | Group, ...]
    negated: bool = False


def parse_condition(field: Field, key: str, value: str) -> Condition:
    """`key=value` of a query string, whose key is this field: `id=eq.7`, `name=not.ilike.*tea*`. Raises Problem PGRST100."""
    right = Scanner(value, f"{key}={value}")
    condition = _comparison(right, field, ends="")
    right.end()
    return condition


def parse_group(scanner: Scanner, joined: Joined, negated: bool, depth: int = 1) -> Group:
    """`(a.eq.1,not.b.is.null,or(c.gt.2,d.lt.3))`. Raises Problem PGRST100."""
    if depth > DEEPEST_GROUP:
        scanner.fail(f"at most {DEEPEST_GROUP} nested groups")
    scanner.space()
    scanner.expect("(")
    members = [_member(scanner, depth)]
    while scanner.take(","):
        members.append(_member(scanner, depth))
    scanner.expect(")")
    scanner.space()
    if depth == 1:
        scanner.end()
    return Group(joined, tuple(members), negated)


def _member(scanner: Scanner, depth: int) -> Condition | Group:
    scanner.space()
    start = scanner.at
    negated = scanner.take("not.")
    for joined in _JOINED:
        before = scanner.at
        if scanner.take(joined):
            scanner.space()
            if scanner.sees("("):
                return parse_group(scanner, joined, negated, depth + 1)
            scanner.at = before
    scanner.at = start  # a column may be called "not"
    field = parse_field(scanner)
    scanner.expect(".")
    return _comparison(scanner, field, ends=",)")


def _comparison(scanner: Scanner, field: Field, *, ends: str) -> Condition:
    negated = scanner.take("not.")
    operator = scanner.name("an operator: eq, neq, gt, gte, lt, lte, like, ilike, in, is, …")
    if operator not in OPERATORS:
        scanner.at -= len(operator)
        scanner.fail("an operator: eq, neq, gt, gte, lt, lte, like, ilike, in, is, …")
    modifier = None
    if scanner.take("("):
        modifier = scanner.name("any or all")
        scanner.expect(")")
        if not (operator in SEARCHES or (operator in QUANTIFIED and modifier in {"any", "all"})):
            scanner.fail(f"{operator} without ({modifier})")
    scanner.expect(".")
    return Condition(field, operator, _value(scanner, operator, modifier, ends), negated, modifier)


def _value(
    scanner: Scanner, operator: str, modifier: str | None, ends: str
) -> str | tuple[str, ...]:
    if operator == "in":
        listed = scanner.listed()
        return () if listed == ("",) else listed  # PostgREST's in.("") is in.(): no row
    if operator == "is":
        word = scanner.bare(ends).lower()
        if word not in IS_VALUES:
            scanner.at -= len(word)
            scanner.fail("null, not_null, true, false or unknown")
        return word
    if modifier in {"any", "all"} and operator in QUANTIFIED:
        return scanner.braces()
    if not ends:
        return scanner.rest()
    if scanner.sees("{"):
        return scanner.braces()
    return scanner.element(ends)
