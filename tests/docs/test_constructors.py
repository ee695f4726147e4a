"""No constructor takes more than five parameters: a class that needs more has more than one job."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from roomtone.paths import PACKAGE

MOST_PARAMETERS = 5

VALUES = {"Problem": "the fields of an error in the API, all of them text"}


def constructors() -> Iterator[tuple[str, ast.arguments]]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                for each in node.body:
                    if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                        yield node.name, each.args


def test_no_constructor_takes_more_than_five_parameters() -> None:
    large = {
        name
        for name, given in constructors()
        if len(given.posonlyargs + given.args + given.kwonlyargs) - 1 > MOST_PARAMETERS
    }
    assert large == {*VALUES}
