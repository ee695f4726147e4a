"""One script does what its modules do, and developer tools know them in it: Node runs both and compares."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from roomtone.http.linked_modules import NotLinkable, linked, modules_of, source_map

SOURCES = {
    "deep/page.js": """import { first as other, later } from '../both.js'
import {
  Named,
  of,
} from './named.js'
import { where } from '../places/where.js'

/** @typedef {import('../both.js')} Both */
export const shown = [other, await later(), new Named().name, of({ name: 'x' }), where()]
console.log(JSON.stringify([...globalThis.order, 'page', ...shown, import.meta.url.replace(/page|script/u, '')]))
""",
    "both.js": """import { where } from './places/where.js'
globalThis.order = [...(globalThis.order ?? []), await Promise.resolve('both')]
const waited = await new Promise((resolve) => setTimeout(resolve, 1))
/** @type {string} */ export const first = `both ${where().length > 0}`
export async function later() {
  return first.toUpperCase()
} // the last line""",
    "deep/named.js": """import { first } from '../both.js'
globalThis.order.push('named')
export class Named {
  name = first
}
export function of({ name }) {
  return name
}
export {}
""",
    "places/where.js": """globalThis.order = ['where']
export const where = () => import.meta.url
""",
}


def node(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    command = ["node", "--enable-source-maps", script]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def written(folder: Path, sources: dict[str, str]) -> Path:
    """A folder with these modules, the script that the page needs, and its source map."""
    modules = modules_of("deep/page.js", sources)
    script = linked(modules, sources, "deep/script.js")
    files = sources | {
        "package.json": json.dumps({"type": "module"}),
        "deep/script.js": f"{script}//# sourceMappingURL=script.js.map\n",
        "deep/script.js.map": source_map(modules, sources, "deep/script.js"),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_one_script_does_what_its_modules_do_in_their_order(tmp_path: Path) -> None:
    folder = written(tmp_path, SOURCES)
    apart, together = node(folder, "deep/page.js"), node(folder, "deep/script.js")
    assert apart.stderr == together.stderr == ""
    said = json.loads(together.stdout)
    assert said == json.loads(apart.stdout)
    assert said[:4] == ["where", "both", "named", "page"]


@pytest.mark.parametrize("name", SOURCES)
def test_an_error_is_shown_at_its_line_of_its_file(tmp_path: Path, name: str) -> None:
    failing = SOURCES | {name: SOURCES[name] + "\nthrow new Error('here')"}
    folder = written(tmp_path, failing)
    at = re.compile(r"at .*?/(\w+/)?(\w+\.js):(\d+)")
    apart, together = (
        at.search(node(folder, script).stderr) for script in ("deep/page.js", "deep/script.js")
    )
    assert apart is not None
    assert together is not None
    assert together.groups()[1:] == apart.groups()[1:]
    assert together[2] == Path(name).name


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (
            "import all from './b.js'",
            "a.js: this form of import or export is not known: import all",
        ),
        ("import './b.js'", "not known: import './b.js'"),
        ("import * as b from './b.js'", "not known"),
        ("import { b } from 'elsewhere'", "not known"),
        ("export default 1", "not known: export default 1"),
        ("const a = 1\nexport { a }", "not known"),
        ("export * from './b.js'", "not known"),
        ("/** @type {number} */ export let a = 1", "not known"),
        ("import { b } from './c.js'", "a.js imports c.js, which does not exist"),
        ("import { b } from './b.js'", "b.js and a.js import each other"),
    ],
)
def test_other_forms_are_refused(source: str, problem: str) -> None:
    sources = {"a.js": source, "b.js": "import { a } from './a.js'\nexport const b = 1"}
    with pytest.raises(NotLinkable, match=re.escape(problem)):
        linked(modules_of("a.js", sources), sources, "all.js")


def test_no_module_of_a_service_worker_awaits_something_before_it_listens() -> None:
    sources = {"a.js": "import { b } from './b.js'\nawait b()", "b.js": "export const b = () => 1"}
    assert linked(modules_of("a.js", sources), sources, "worker.js")
    with pytest.raises(NotLinkable, match=r"^a[.]js awaits something in a service worker"):
        linked(modules_of("a.js", sources), sources, "worker.js", may_await=False)
    sources["a.js"] = "import { b } from './b.js'\nb()"
    assert linked(modules_of("a.js", sources), sources, "worker.js", may_await=False)
