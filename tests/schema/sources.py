"""The SQL there is: whole files, the bodies of functions in them, and literals in Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pglast import ast as sql
from pglast import parse_plpgsql, parse_sql, split
from pglast.parser import ParseError
from roomtone.paths import PACKAGE, SCHEMA, TRIGGERS

FILES = sorted([*SCHEMA.rglob("*.sql"), *TRIGGERS.rglob("*.sql")])
PYTHON = sorted(PACKAGE.rglob("*.py"))
WRITES = ("update ", "delete ", "insert ", "select ", "with ", "merge ", "truncate ")


@dataclass(frozen=True)
class Fragment:
    """A piece of SQL and where it stands."""

    place: str
    text: str


def label(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def statements(path: Path) -> list[sql.Node]:
    found = (raw.stmt for raw in parse_sql(path.read_text(encoding="utf-8")))
    return [statement for statement in found if statement is not None]


def nodes(root: object) -> Iterator[sql.Node]:
    """Every node of a parse tree, the root first."""
    if isinstance(root, sql.Node):
        yield root
        for name in root:
            yield from nodes(getattr(root, name))
    elif isinstance(root, tuple | list):
        for item in root:
            yield from nodes(item)


@cache
def plpgsql_queries(path: Path) -> tuple[Fragment, ...]:
    """The statements inside the PL/pgSQL functions and DO blocks of a file."""
    return tuple(_plpgsql_queries(path))


def _plpgsql_queries(path: Path) -> Iterator[Fragment]:
    for whole in split(path.read_text(encoding="utf-8")):
        statement = parse_sql(whole)[0].stmt
        if (
            isinstance(statement, sql.CreateFunctionStmt)
            and _option(statement.options, "language") == "plpgsql"
        ):
            function = whole
        elif isinstance(statement, sql.DoStmt):
            body = _option(statement.args, "as")
            function = f"create function unnamed() returns void language plpgsql as $unnamed${body}$unnamed$"
        else:
            continue
        yield from (Fragment(label(path), query) for query in queries(parse_plpgsql(function)))


def _option(options: object, name: str) -> str | None:
    """The value of one option of CREATE FUNCTION or DO, such as `language` or `as`."""
    for option in options if isinstance(options, tuple) else ():
        if isinstance(option, sql.DefElem) and option.defname == name:
            value = option.arg[0] if isinstance(option.arg, tuple) else option.arg
            return str(value.sval) if isinstance(value, sql.String) else None
    return None


def queries(tree: object) -> Iterator[str]:
    """The statements and expressions in what parse_plpgsql returns."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == "query" and isinstance(value, str):
                yield value
            else:
                yield from queries(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from queries(item)


@cache
def python_literals() -> tuple[Fragment, ...]:
    """String literals in the package that are SQL: they begin like it and they parse as it."""
    return tuple(_python_literals())


def _python_literals() -> Iterator[Fragment]:
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = _literal(node)
            if text is not None and text.lstrip().lower().startswith(WRITES):
                place = f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"
                yield Fragment(place, text)


def _literal(node: ast.AST) -> str | None:
    """The text of a string; what an f-string fills in becomes a name."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) or "filled_in" for part in node.values)
    return None


def parsed(fragment: str) -> tuple[sql.RawStmt, ...] | None:
    """The fragment's statements, or None when it is an expression or ordinary English."""
    try:
        return tuple(parse_sql(filled(fragment)))
    except ParseError:
        return None


def filled(fragment: str) -> str:
    """A template as the SQL it may become; only a place named `{where}` may become a WHERE."""
    whole = fragment.replace("%s", "null").replace("{where}", " where true ")
    return re.sub(r"\{\w*\}", " filled_in ", whole)
