"""The wheel, made from the source archive, in an empty environment, as pip installs it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from roomtone.paths import CLIENT_WEB, PACKAGE, SCHEMA, TRIGGERS

from .patience import PATIENCE, eventually
from .running import get

ROOT = Path(__file__).parents[1]
FOLDERS = {"roomtone": PACKAGE} | {
    f"roomtone/{folder.name}": folder for folder in (SCHEMA, TRIGGERS, CLIENT_WEB)
}
PIP = ["-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive, which is built from a copy: a build leaves things behind."""
    work = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns(
        ".*", "node_modules", "build", "dist", "*.egg-info", "__pycache__"
    )
    shutil.copytree(ROOT, work / "source", ignore=ignore)
    build = [sys.executable, "-m", "build", "--outdir", str(work), str(work / "source")]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    (built,) = work.glob("roomtone-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that has only the wheel and its dependencies."""
    path = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", path], check=True)
    install = ["install", "--no-compile", "--constraint", str(ROOT / "constraints.txt"), str(wheel)]
    subprocess.run([str(path / "bin" / "python"), *PIP, *install], check=True)
    return path / "bin"


@pytest.fixture
def served(environment: Path, open_dir: Path) -> Iterator[str]:
    """The address of `roomtone`, installed and running."""
    with subprocess.Popen(
        [environment / "roomtone", "--port", "0", "--data-dir", open_dir / "data"],
        cwd=open_dir,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            found = (re.search(r"open at (http://\S+/)", line) for line in process.stdout)
            yield next(match[1] for match in found if match is not None)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def test_the_wheel_has_every_file_of_the_product(wheel: Path) -> None:
    wanted = {
        f"{prefix}/{path.relative_to(folder).as_posix()}"
        for prefix, folder in FOLDERS.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("roomtone/")}
    assert packed == wanted


def test_the_installed_wheel_serves_the_product(served: str) -> None:
    page = get(served)
    assert page.status_code == 200
    assert "<!doctype html>" in page.text.lower()
    script = re.search(r'src="(/client/[^"]+\.js)"', page.text)
    assert script is not None
    assert get(served.rstrip("/") + script[1]).status_code == 200
    assert len(get(f"{served}rows/hallway").json()) == 12
    # The band is started from the same wheel, and takes its seat a moment after the relay has started.
    eventually(lambda: "the house band" in get(f"{served}rows/roster").text)


def test_the_product_does_not_need_the_sql_parser_of_the_tests(environment: Path) -> None:
    """pglast is under the GPL: the tests use it, and the product does not."""
    listed = subprocess.run(
        [environment / "python", *PIP, "list"], capture_output=True, text=True, check=True
    ).stdout.lower()
    assert "pglast" not in listed
    for path in PACKAGE.rglob("*.py"):
        assert not re.search(r"^\s*(import|from)\s+pglast", path.read_text(), re.MULTILINE), path
