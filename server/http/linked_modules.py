"""The modules of a page as one script.

A browser spends about 4 ms of processor time on each module that it loads, however small, and the relay answers a request for each. So
the modules of a page are sent as one script. In it, each is a function that is called once and returns what the module exports, in the
order in which a browser would run them (ECMAScript, 16.2.1.6); one that awaits something is awaited. Lines stay lines, and a source map
(ECMA-426) says from which file each one is, so a browser's developer tools show the files.

The forms of imports and exports are those of this client: names in braces, of one file, and exported functions, classes and constants.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath, relpath

_IMPORT = re.compile(r"^import (\{[^}]*\}) from '(\.{1,2}/[^']+)'$", re.M)
_EXPORT = re.compile(
    r"^(/\*\*.*\*/ )?export (?=(?:async function|function|class|const) (\w+)\b)", re.M
)
_NO_EXPORT = re.compile(r"^export \{\}$", re.M)
_AWAITS = re.compile(r"^(?:(?:export )?const \w+ = (?:.*[^\w.])?)?await\b", re.M)
_OTHER_FORM = re.compile(r"^(?:/\*\*.*\*/ )?(?:import|export)\b(?![.(]).*", re.M)

_SAME_PLACE_ONE_LINE_ON = "AACA"
_BASE_64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class NotLinkable(ValueError):
    """A module imports or exports in another form, a file that does not exist, or itself through others; or one of a service worker awaits something."""


def modules_of(entry: str, sources: Mapping[str, str]) -> list[str]:
    """The names of all modules that the entry needs, each after those that it imports, and the entry itself.

    Raises `NotLinkable`.
    """
    finished: dict[str, None] = {}
    begun: set[str] = set()

    def visit(name: str, importer: str) -> None:
        if name not in sources:
            raise NotLinkable(f"{importer} imports {name}, which does not exist")
        if name in begun and name not in finished:
            raise NotLinkable(f"{importer} and {name} import each other")
        if name in begun:
            return
        begun.add(name)
        for _, address in _IMPORT.findall(sources[name]):
            visit(_imported(name, address), name)
        finished[name] = None

    visit(entry, entry)
    return [*finished]


def linked(
    modules: list[str], sources: Mapping[str, str], script: str, *, may_await: bool = True
) -> str:
    """These modules as one script at this path. The last one is the entry: its code is the script's own, and may `await`.

    `may_await`: false for a service worker, which no browser runs with such a line. Raises `NotLinkable`.
    """
    folder = dirname(script)
    texts = [_linkable(name, sources[name], folder) for name in modules]
    for name, (text, _) in zip(modules, texts, strict=True):
        # The entry is not called like the others, so a function of one line may await there.
        lines = [line[0] for line in _AWAITS.finditer(text)]
        if not may_await and (
            awaits := [each for each in lines if name != modules[-1] or "=>" not in each]
        ):
            raise NotLinkable(f"{name} awaits something in a service worker: {awaits[0]}")
    functions = [
        f"const {_variable(name)} = {_called(text, ', '.join(exports))};\n"
        for name, (text, exports) in zip(modules, texts, strict=True)
    ]
    return "".join(functions[:-1]) + texts[-1][0] + "\n"


def source_map(modules: list[str], sources: Mapping[str, str], script: str) -> str:
    """The source map of the script that `linked` makes of these."""
    lines: list[str] = []
    before = 0
    for number, name in enumerate(modules):
        count = sources[name].rstrip("\n").count("\n") + 1 + (number < len(modules) - 1)
        lines.append(f"A{_vlq(min(number, 1))}{_vlq(-before)}A")
        lines += [_SAME_PLACE_ONE_LINE_ON] * (count - 1)
        before = count - 1
    files = [relpath(name, dirname(script) or ".") for name in modules]
    return json.dumps({"version": 3, "sources": files, "names": [], "mappings": ";".join(lines)})


def _imported(name: str, address: str) -> str:
    return normpath(join(dirname(name), address))


def _variable(name: str) -> str:
    """The variable of a module's exports; nothing in the client begins with a dollar sign."""
    return "$" + re.sub(r"\W", "$", name.removesuffix(".js"))


def _called(text: str, exports: str) -> str:
    """A function of these statements, called, and awaited if one of them awaits something."""
    function = f"() => {{ {text}\nreturn {{ {exports} }} }}"
    return f"await (async {function})()" if _AWAITS.search(text) else f"({function})()"


def _linkable(name: str, source: str, folder: str) -> tuple[str, list[str]]:
    """A module's text with constants in place of imports, and the names that it exports."""

    def constants(statement: re.Match[str]) -> str:
        names = statement[1].replace(" as ", ": ")
        return f"const {names} = {_variable(_imported(name, statement[2]))};"

    text = _NO_EXPORT.sub("", _IMPORT.sub(constants, source.rstrip("\n")))
    exports = [exported for _, exported in _EXPORT.findall(text)]
    text = _EXPORT.sub(r"\1", text)
    other = _OTHER_FORM.search(text)
    if other:
        raise NotLinkable(f"{name}: this form of import or export is not known: {other[0]}")
    here = f"new URL('{relpath(name, folder or '.')}', import.meta.url).href"
    return text.replace("import.meta.url", here), exports


def _vlq(number: int) -> str:
    """A number as a source map contains it: 5 bits a character, the sign in the lowest one (ECMA-426, 8.1)."""
    rest = abs(number) << 1 | (number < 0)
    text = ""
    while True:
        rest, digit = rest >> 5, rest & 31
        text += _BASE_64[digit | (32 if rest else 0)]
        if not rest:
            return text
