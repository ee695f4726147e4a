"""SQL types as JSON Schema (draft 2020-12): values in requests, in answers and in filters."""

from __future__ import annotations

import re
from typing import Any, Final

from .described import Column

Schema = dict[str, Any]

WHOLE: Final[dict[str, tuple[str, int]]] = {
    "smallint": ("int32", 15),
    "integer": ("int32", 31),
    "bigint": ("int64", 63),
}
_TIME_SPAN: Final = r"-?[0-9]{2,5}:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
_YEARS, _MONTHS, _DAYS = (rf"-?[0-9]{{1,4}} {unit}s?" for unit in ("year", "mon", "day"))
_DURATION: Final = (
    rf"^(({_YEARS} )?({_MONTHS} )?({_DAYS} )?{_TIME_SPAN}"
    rf"|({_YEARS} )?({_MONTHS} )?{_DAYS}|({_YEARS} )?{_MONTHS}|{_YEARS})$"
)
_DAY = (
    r"20[0-9]{2}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
    r"|20([02468][048]|[13579][26])-02-29"
)
_CLOCK = rf"^({_DAY})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,6}})?$"

_PLAIN: Final[dict[str, Schema]] = {
    "boolean": {"type": "boolean"},
    "text": {"type": "string"},
    "character varying": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "timestamp with time zone": {"type": "string", "format": "date-time"},
    "timestamp without time zone": {"type": "string", "pattern": _CLOCK},
    "numeric": {"type": "number"},
    "real": {"type": "number"},
    "double precision": {"type": "number"},
    "interval": {"type": "string", "pattern": _DURATION},
}

_NEGATABLE = r"(not\.)?"
_NULLS = r"is\.(null|not_null)"
_NUMBER = r"-?[0-9]{1,9}"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TIME = r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_TEXT = r"[^\u0000]*"
_COMPARED = "(eq|neq|gt|gte|lt|lte|isdistinct)"


def _filter(*alternatives: str) -> str:
    return f"^{_NEGATABLE}({'|'.join((*alternatives, _NULLS))})$"


FILTERS: Final[dict[str, Schema]] = {
    "NumberFilter": {
        "type": "string",
        "description": "A comparison with a number: `eq.7`, `not.gt.3`, `in.(1,2,3)`, `is.null`.",
        "pattern": _filter(rf"{_COMPARED}\.{_NUMBER}", rf"in\.\({_NUMBER}(,{_NUMBER}){{0,20}}\)"),
        "examples": ["eq.7", "in.(1,2,3)"],
    },
    "TextFilter": {
        "type": "string",
        "description": 'A comparison with a text: `eq.Tea`, `ilike.*tea*` (an asterisk is anything), `in.(a,"b,c")`.',
        "pattern": _filter(
            rf"{_COMPARED}\.{_TEXT}", rf"(like|ilike)\.{_TEXT}", r"in\.\([\w ]*(,[\w ]*){0,20}\)"
        ),
        "examples": ["eq.Tea", "ilike.*tea*"],
    },
    "TruthFilter": {
        "type": "string",
        "description": "`is.true`, `is.false`, `is.null`, or `eq.true`.",
        "pattern": _filter(r"is\.(true|false|unknown)", r"(eq|neq)\.(true|false)"),
        "examples": ["is.true"],
    },
    "UuidFilter": {
        "type": "string",
        "description": "`eq.` and a UUID, or `is.null`.",
        "pattern": _filter(rf"(eq|neq)\.{_UUID}", rf"in\.\({_UUID}(,{_UUID}){{0,20}}\)"),
        "examples": ["eq.6f2b7a1e-7c1d-4f0e-9a44-1d4f7d2b9c10"],
    },
    "TimeFilter": {
        "type": "string",
        "description": "A comparison with a date or time as PostgreSQL reads it: `gte.2026-01-28`, `is.null`.",
        "pattern": _filter(rf"{_COMPARED}\.{_TIME}(T[01][0-9]:[0-5][0-9]:[0-5][0-9]Z)?"),
        "examples": ["gte.2026-01-28", "is.null"],
    },
    "ListFilter": {
        "type": "string",
        "description": "Null or not, or what a list contains: `is.null`, `cs.{}`.",
        "pattern": _filter(r"(cs|cd|ov)\.\{\}"),
        "examples": ["cs.{}"],
    },
    "DurationFilter": {
        "type": "string",
        "description": "A comparison with a duration: `gt.5 minutes`, `is.null`.",
        "pattern": _filter(rf"{_COMPARED}\.[0-9]{{1,6}} (seconds|minutes|hours)"),
        "examples": ["gt.5 minutes"],
    },
    "NullFilter": {
        "type": "string",
        "description": "Null or not: `is.null`.",
        "pattern": _filter(),
        "examples": ["is.null"],
    },
    "JsonFilter": {
        "type": "string",
        "description": "Null or not, or what it contains: `not.is.null`, `cs.{}`.",
        "pattern": _filter(r"cs\.(\{\}|\[\])"),
        "examples": ["is.not_null"],
    },
}
"""The documented part of the filter language, by kind of column."""

_FILTER_OF: Final = {
    "boolean": "TruthFilter",
    "uuid": "UuidFilter",
    "timestamp with time zone": "TimeFilter",
    "date": "TimeFilter",
    "interval": "DurationFilter",
    "text": "TextFilter",
    "character varying": "TextFilter",
    "json": "JsonFilter",
    "jsonb": "JsonFilter",
}


def value(type_name: str) -> Schema:
    """The schema of one value; any JSON for other types."""
    if type_name.endswith("[]"):
        return {"type": "array", "items": value(type_name.removesuffix("[]"))}
    if type_name in WHOLE:
        kind, bits = WHOLE[type_name]
        return {"type": "integer", "format": kind, "minimum": -(2**bits), "maximum": 2**bits - 1}
    return dict(_PLAIN.get(type_name, {}))


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    if "$ref" in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    if not isinstance(schema.get("type"), str):
        return schema  # any JSON, or null already
    if schema.get("format") in ("date", "date-time", "uuid"):
        return {"anyOf": [schema, {"type": "null"}]}
    nullable = schema | {"type": [schema["type"], "null"]}
    return nullable | {"enum": [*schema["enum"], None]} if "enum" in schema else nullable


def column(of: Column, *, written: bool = False) -> Schema:
    """The schema of a column's values. For values to write, it includes the CHECKs."""
    schema = value(of.type)
    if of.one_of:
        schema["enum"] = list(of.one_of)
    if written and of.longest is not None:
        schema["maxLength"] = of.longest
    if of.nullable:
        schema = or_null(schema)
    if of.comment:
        schema["description"] = of.comment
    return schema


def filter_of(type_name: str) -> Schema:
    """A reference to the schema of the filters on a column of this type."""
    if type_name in WHOLE or type_name in ("numeric", "real", "double precision"):
        name = "NumberFilter"
    else:
        unknown = "ListFilter" if type_name.endswith("[]") else "NullFilter"
        name = _FILTER_OF.get(type_name, unknown)
    return {"$ref": f"#/components/schemas/{name}"}


def argument(type_name: str) -> Schema:
    """The schema of a value of this type that PostgreSQL is to read."""
    if type_name == "interval":
        return {"type": "string", "pattern": "^[0-9]{1,6} (seconds|minutes|hours)$"}
    return value(type_name)


def texts(type_name: str) -> Schema:
    """How a value of this type is written in a query string."""
    if type_name.endswith("[]"):
        inside = _NUMBER if type_name.removesuffix("[]") in WHOLE else r"\w*"
        return {"type": "string", "pattern": rf"^\{{({inside}(,{inside}){{0,20}})?\}}$"}
    written = argument(type_name)
    return written | {"pattern": f"^{_TEXT}$"} if written == {"type": "string"} else written


def names(of: tuple[str, ...], *, followed_by: str = "", empty: bool = False) -> str:
    """A pattern for a list of these names, each perhaps followed by something; `empty`: also for no names."""
    one = f"({'|'.join(map(re.escape, of))}){followed_by}"
    return f"^({one}(,{one})*)?$" if empty else f"^{one}(,{one})*$"
