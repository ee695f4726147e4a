"""A map of the schema: tables, their triggers in the order in which they fire, and which tables they write.

It is read from the SQL files with pglast, which is PostgreSQL's own parser. pglast is under the GPL, so it is only a
tool for documentation and tests (extra `docs`), never a dependency of the program. `make docs` writes the page:

    python -m tests.docs.schema_map > docs/schema-map.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pglast import ast, parse_plpgsql, parse_sql, split
from pglast.enums import ConstrType, ObjectType
from roomtone.postgres.schema_files import SqlFile, schema_files

from ..schema.sources import nodes, queries

BEFORE, INSERT, DELETE, UPDATE = 2, 4, 8, 16  # pg_trigger.h, TRIGGER_TYPE_*
VERBS = ((INSERT, "insert"), (UPDATE, "update"), (DELETE, "delete"))
MOMENTS = ("before statement", "before row", "after row", "after statement", "at commit")
NOTIFICATION = "pg_notify"

INTRODUCTION = """\
# Map of the schema

Every table, its triggers in the order in which they fire, the function that each calls, and which tables that function
writes. The triggers of a table fire in the order of their numbers: from 050 before a statement, from 100 before a row
is written, from 300 before or after it, from 500 at commit. Triggers at commit fire in the order in which rows changed,
and for each row in the order of their numbers (PostgreSQL manual, 37.1).

This page is generated from `schema/` and `triggers/` by `make docs`, and a test compares it with the source and with
an installed database.
"""


@dataclass
class Function:
    """A function: which tables its statements write, and which functions they call."""

    comment: str = ""
    file: str = ""
    writes: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Trigger:
    """A trigger; `moment` is an index of MOMENTS."""

    name: str
    table: str
    function: str
    moment: int
    events: str
    comment: str


@dataclass
class Table:
    """A table. `goes_with`: the tables to which it has foreign keys with ON DELETE CASCADE."""

    name: str
    file: str
    unlogged: bool
    goes_with: list[str]
    comment: str = ""


@dataclass
class Map:
    """The schema as its files describe it."""

    tables: dict[str, Table] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    triggers: list[Trigger] = field(default_factory=list)

    def of(self, table: str) -> list[Trigger]:
        """A table's triggers in firing order."""
        return sorted(
            (t for t in self.triggers if t.table == table), key=lambda t: (t.moment, t.name)
        )

    def reach(self, function: str) -> set[str]:
        """The tables that a function writes, itself or through functions it calls; NOTIFICATION if it notifies."""
        seen, waiting, written = set[str](), [function], set[str]()
        while waiting:
            name = waiting.pop()
            found = self.functions.get(name)
            if name in seen or found is None:
                continue
            seen.add(name)
            written |= found.writes & {*self.tables, NOTIFICATION}
            waiting += found.calls
        return written


def read(files: Sequence[SqlFile]) -> Map:
    """The map of these files."""
    found = Map()
    comments: dict[tuple[str, ...], str] = {}
    triggers: list[Any] = []
    for file in files:
        for text in split(file.text):
            statement = parse_sql(text)[0].stmt
            match statement:
                case ast.CreateStmt():
                    table = _table(statement, file.name)
                    found.tables[table.name] = table
                case ast.CreateFunctionStmt():
                    found.functions[_last(statement.funcname)] = _function(
                        statement, text, file.name
                    )
                case ast.CreateTrigStmt():
                    triggers.append(statement)
                case ast.CommentStmt():
                    comments.update(_comment(statement))
    for name, table in found.tables.items():
        table.comment = comments.get(("table", name), "")
    for name, function in found.functions.items():
        function.comment = comments.get(("function", name), "")
        function.calls &= found.functions.keys()
    found.triggers = [_trigger(statement, comments) for statement in triggers]
    return found


def page(found: Map) -> str:
    """The map as Markdown."""
    with_triggers = [name for name in sorted(found.tables) if found.of(name)]
    without_triggers = [name for name in sorted(found.tables) if not found.of(name)]
    parts = [INTRODUCTION, "## Which writes cause which others\n", _flow(found)]
    parts += [_section(found, name) for name in with_triggers]
    parts += ["## Tables without triggers\n", "| table | description |\n|---|---|"]
    rows = [f"| `{name}` | {_cell(found.tables[name].comment)} |" for name in without_triggers]
    return "\n".join(parts) + "\n" + "\n".join(rows) + "\n"


def _section(found: Map, name: str) -> str:
    table = found.tables[name]
    facts = [f"[{table.file}](../{table.file})"]
    if table.unlogged:
        facts.append("unlogged: a crash empties it")
    if table.goes_with:
        facts.append(
            "its rows are deleted with their " + " and ".join(f"`{t}`" for t in table.goes_with)
        )
    rows = [
        f"| {MOMENTS[t.moment]} | `{t.name}` | {t.events} | {_cell(t.comment)} "
        f"| [`{t.function}`](../{found.functions[t.function].file}) "
        f"| {_cell(found.functions[t.function].comment)} | {_effects(found.reach(t.function))} |"
        for t in found.of(name)
    ]
    head = "| when | trigger | on | purpose | calls function | which | and writes |\n|---|---|---|---|---|---|---|"
    return "\n".join(
        [f"## {name}\n", table.comment, "", "; ".join(facts) + ".", "", head, *rows, ""]
    )


def _flow(found: Map) -> str:
    """Which table's triggers write which other table, as a Mermaid diagram."""
    edges: dict[tuple[str, str], list[str]] = {}
    for trigger in found.triggers:
        for target in found.reach(trigger.function) - {trigger.table, "logs"}:
            names = edges.setdefault((trigger.table, target), [])
            if trigger.name not in names:
                names.append(trigger.name)
    lines = [
        f"  {source} -- {', '.join(sorted(names))} --> "
        + ("notification((NOTIFY roomtone))" if target == NOTIFICATION else target)
        for (source, target), names in sorted(edges.items())
    ]
    return "\n".join(["```mermaid", "flowchart LR", *lines, "```", ""])


def _effects(written: set[str]) -> str:
    shown = [f"`{name}`" for name in sorted(written - {NOTIFICATION})]
    return ", ".join([*shown, *(["a notification"] if NOTIFICATION in written else [])]) or "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


# The types of pglast say that every attribute of a node may be missing, so these functions take Any.


def _table(statement: Any, file: str) -> Table:
    goes_with = [
        _name(node.pktable)
        for node in nodes(statement)
        if isinstance(node, ast.Constraint)
        and node.contype == ConstrType.CONSTR_FOREIGN
        and node.fk_del_action == "c"
    ]
    relation = statement.relation
    return Table(_name(relation), file, relation.relpersistence == "u", goes_with)


def _function(statement: Any, text: str, file: str) -> Function:
    found = Function(file=file)
    trees: list[object] = [statement.sql_body]
    code = ""
    if any(_is_plpgsql(option) for option in statement.options or ()):
        inside = list(queries(parse_plpgsql(text)))
        code = _TEXT.sub("", " ".join(inside))
        trees = [parse_sql(query) for query in inside if _WRITES.match(query)]
    for tree in trees:
        for node in nodes(tree):
            match node:
                case ast.InsertStmt() | ast.UpdateStmt() | ast.DeleteStmt():
                    found.writes.add(_name(node.relation))
                case ast.FuncCall():
                    found.calls.add(_last(node.funcname))
    found.calls |= set(_CALL.findall(code))
    if NOTIFICATION in found.calls:
        found.writes.add(NOTIFICATION)
    return found


_WRITES = re.compile(r"\s*(insert|update|delete|with)\b", re.IGNORECASE)
_TEXT = re.compile(r"'(?:[^']|'')*'")
_CALL = re.compile(r"\b(\w+)\s*\(")


def _trigger(statement: Any, comments: Mapping[tuple[str, ...], str]) -> Trigger:
    table, name = _name(statement.relation), str(statement.trigname)
    before = bool(statement.timing & BEFORE)
    if statement.initdeferred:
        moment = "at commit"
    else:
        moment = f"{'before' if before else 'after'} {'row' if statement.row else 'statement'}"
    columns = [str(column.sval) for column in statement.columns or ()]
    events = " or ".join(
        f"{verb} of {', '.join(columns)}" if bit == UPDATE and columns else verb
        for bit, verb in VERBS
        if statement.events & bit
    )
    if statement.whenClause is not None:
        events += ", on a condition"
    return Trigger(
        name,
        table,
        _last(statement.funcname),
        MOMENTS.index(moment),
        events,
        comments.get(("trigger", table, name), ""),
    )


def _comment(statement: Any) -> dict[tuple[str, ...], str]:
    subject, text = statement.object, str(statement.comment)
    match statement.objtype:
        case ObjectType.OBJECT_TABLE:
            return {("table", _last(subject)): text}
        case ObjectType.OBJECT_FUNCTION:
            return {("function", _last(subject.objname)): text}
        case ObjectType.OBJECT_TRIGGER:
            return {("trigger", *(str(part.sval) for part in subject)): text}
    return {}


def _name(relation: Any) -> str:
    return str(relation.relname)


def _last(names: Any) -> str:
    return str(names[-1].sval)


def _is_plpgsql(option: Any) -> bool:
    return bool(option.defname == "language" and option.arg.sval == "plpgsql")


if __name__ == "__main__":
    print(page(read(schema_files())), end="")
