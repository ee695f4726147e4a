"""Which names of Roomtone a function looks up by the search path of its caller."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pglast import ast as sql
from pglast import parse_plpgsql, parse_sql, split

from .sources import FILES, nodes, parsed, queries, statements


@dataclass(frozen=True)
class Function:
    """A function of a file: its statement's text, and whether its search path is pinned or its body was parsed at its creation."""

    name: str
    text: str
    language: str
    body: str
    fixed: bool

    def names_to_look_up(self) -> list[str]:
        """Sorted; those of tables, views and functions of the schema."""
        if self.fixed:
            return []
        if self.language == "plpgsql":
            texts = list(queries(parse_plpgsql(self.text)))
            declared = re.search(r"\bdeclare\b(.*?)\bbegin\b", self.text, re.DOTALL | re.IGNORECASE)
            types = re.findall(
                r"(?m)^\s*\w+\s+(?:constant\s+)?(\w+)", declared[1] if declared else ""
            )
        else:
            texts, types = [self.body], []
        found = {name for text in texts for name in _unqualified(text)} | set(types)
        return sorted(found & _ours())


def functions(path: Path) -> Iterator[Function]:
    for whole in split(path.read_text(encoding="utf-8")):
        statement = parse_sql(whole)[0].stmt
        if isinstance(statement, sql.CreateFunctionStmt):
            options = {option.defname: option.arg for option in statement.options or ()}
            pinned = any(
                option.defname == "set" and option.arg.name == "search_path"
                for option in statement.options or ()
            )
            yield Function(
                _last(statement.funcname),
                whole,
                str(options["language"].sval),
                str(options["as"][0].sval) if "as" in options else "",
                pinned or statement.sql_body is not None,
            )


def _unqualified(text: str) -> Iterator[str]:
    for raw in parsed(f"select {text}") or parsed(text) or ():
        every = list(nodes(raw.stmt))
        own = {node.ctename for node in every if isinstance(node, sql.CommonTableExpr)}
        for node in every:
            if isinstance(node, sql.RangeVar) and not node.schemaname and node.relname not in own:
                yield str(node.relname)
            elif isinstance(node, sql.FuncCall):
                yield _alone(node.funcname)
            elif isinstance(node, sql.TypeName):
                yield _alone(node.names)


def _alone(names: Any) -> str:
    """The name, if it is given without a schema."""
    return str(names[0].sval) if names is not None and len(names) == 1 else ""


def _last(names: Any) -> str:
    return str(names[-1].sval)


@cache
def _ours() -> frozenset[str]:
    """The names of all tables, views and functions of the schema."""
    names: set[str] = set()
    for made in (statement for path in FILES for statement in statements(path)):
        if isinstance(made, sql.CreateFunctionStmt):
            names.add(_last(made.funcname))
        elif isinstance(made, sql.CreateStmt | sql.ViewStmt):
            relation: Any = made.relation if isinstance(made, sql.CreateStmt) else made.view
            names.add(str(relation.relname))
    return frozenset(names)
