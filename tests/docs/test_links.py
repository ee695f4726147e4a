"""The pages name files, modules and functions that exist."""

from __future__ import annotations

import ast
import importlib
import re
import textwrap
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)]*\)")
PATH = re.compile(r"(?<![\w/.…])(?:server|schema|triggers|client_web|tests)/[\w./*-]*")
FILE = re.compile(r"[`\[]((?:[\w-]+/)*[\w-]+\.(?:css|js|md|py|sql))[`\]]")
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOTE = re.compile(r"^\[\^([\w-]+)\]:", re.MULTILINE)
CALL = re.compile(r"`(\w+)\(\)`")


PRESENT = [page for page in PAGES if page.name != "CHANGELOG.md"]


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


SOURCES = [
    path
    for folder in ("server", "schema", "triggers", "client_web", "tests")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".css", ".js", ".md", ".py", ".sql") and "node_modules" not in path.parts
]


@cache
def sources() -> str:
    return "\n".join(map(text_of, SOURCES))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_the_page_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(text_of(page))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_footnote_of_the_page_is_defined_once(page: Path) -> None:
    """Of two with one name, only the first would be shown."""
    defined = NOTE.findall(text_of(page))
    assert [note for note in {*defined} if defined.count(note) > 1] == []


@pytest.mark.parametrize("page", PRESENT, ids=lambda page: page.name)
def test_every_path_that_the_page_names_exists(page: Path) -> None:
    """A `*` in a path stands for something."""
    paths = {path.rstrip(".") for path in PATH.findall(text_of(page))}
    assert {path for path in paths if not any(ROOT.glob(path.rstrip("/")))} == set()


def test_every_file_that_a_page_comment_or_docstring_names_exists() -> None:
    known = {f"/{path.relative_to(ROOT).as_posix()}" for path in [*SOURCES, *PAGES]}
    missing = [
        f"{path.relative_to(ROOT)} names {name}"
        for path in [*SOURCES, *PRESENT]
        for name in FILE.findall(text_of(path))
        if not any(each.endswith(f"/{name}") for each in known)
    ]
    assert missing == []


@pytest.mark.parametrize("page", PRESENT, ids=lambda page: page.name)
def test_every_function_that_the_page_names_exists(page: Path) -> None:
    source = sources()
    named = set(CALL.findall(text_of(page)))
    assert {name for name in named if not re.search(rf"\b{name}\(", source)} == set()


@pytest.mark.parametrize(
    "page", [p for p in PAGES if CODE.search(text_of(p))], ids=lambda p: p.name
)
def test_the_python_of_the_page_imports_what_exists(page: Path) -> None:
    for code in CODE.findall(text_of(page)):
        for node in ast.walk(ast.parse(textwrap.dedent(code))):
            if (
                isinstance(node, ast.ImportFrom)
                and node.module
                and node.module.startswith("roomtone")
            ):
                module = importlib.import_module(node.module)
                assert [name.name for name in node.names if not hasattr(module, name.name)] == []
