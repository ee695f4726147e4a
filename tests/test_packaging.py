"""The wheel, made from the source archive, in an empty environment, as `pipx run` makes it with pip."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from build import ProjectBuilder
from build.env import DefaultIsolatedEnv
from pyproject_hooks import quiet_subprocess_runner
from roomtone.paths import CLIENT_WEB, PACKAGE, SCHEMA, TRIGGERS

from .patience import PATIENCE, eventually
from .running import get

ROOT = Path(__file__).parents[1]
FOLDERS = {"roomtone": PACKAGE} | {
    f"roomtone/{folder.name}": folder for folder in (SCHEMA, TRIGGERS, CLIENT_WEB)
}
PIPX_RUN = [sys.executable, "-m", "pipx", "run", "--quiet", "--skip-maintenance"]
PIP = ["-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive, which is built from a copy: a build leaves things behind."""
    work = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns(
        ".*", "node_modules", "build", "dist", "*.egg-info", "__pycache__"
    )
    shutil.copytree(ROOT, work / "source", ignore=ignore)
    # As `python -m build` does it, which makes a second environment with the same for the wheel.
    with DefaultIsolatedEnv() as tools:

        def builder_of(source: Path) -> ProjectBuilder:
            return ProjectBuilder.from_isolated_env(tools, source, quiet_subprocess_runner)

        builder = builder_of(work / "source")
        tools.install(builder.build_system_requires)
        tools.install(builder.get_requires_for_build("sdist"))
        archive = Path(builder.build("sdist", work))
        with tarfile.open(archive) as packed:
            packed.extractall(work, filter="data")
        builder = builder_of(work / archive.name.removesuffix(".tar.gz"))
        tools.install(builder.get_requires_for_build("wheel"))
        return Path(builder.build("wheel", work))


@dataclass(frozen=True)
class Installed:
    """What `pipx run` made. It is made once: the same command again runs what is there."""

    command: list[str]
    variables: dict[str, str]
    version: str
    python: Path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel and its dependencies, in a folder that has nothing else of pipx."""
    home = tmp_path_factory.mktemp("pipx")
    pip = f"--no-compile --constraint={ROOT / 'constraints.txt'}"
    options = ["--python", sys.executable, f"--pip-args={pip}", "--spec", str(wheel)]
    run = [*PIPX_RUN, *options, "roomtone"]
    variables = os.environ | {"PIPX_HOME": str(home), "PIPX_DEFAULT_BACKEND": "pip"}
    version = subprocess.run(
        [*run, "--version"], env=variables, cwd=home, capture_output=True, text=True, check=True
    ).stdout
    (script,) = home.glob("**/bin/roomtone")
    return Installed(run, variables, version.strip(), script.with_name("python"))


@pytest.fixture
def served(installed: Installed, open_dir: Path) -> Iterator[str]:
    """The address of `roomtone`, installed and running."""
    with subprocess.Popen(
        [*installed.command, "--port", "0", "--data-dir", str(open_dir / "data")],
        env=installed.variables | {"ROOMTONE_NODES": "off"},
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


def test_without_a_checkout_it_has_the_version_of_the_wheel(
    wheel: Path, installed: Installed
) -> None:
    _, version, _ = wheel.name.split("-", 2)
    assert installed.version == f"roomtone, version {version}"


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


def test_the_product_does_not_need_the_sql_parser_of_the_tests(installed: Installed) -> None:
    """pglast is under the GPL: the tests use it, and the product does not."""
    listed = subprocess.run(
        [installed.python, *PIP, "list"], capture_output=True, text=True, check=True
    ).stdout.lower()
    assert "pglast" not in listed
    for path in PACKAGE.rglob("*.py"):
        assert not re.search(r"^\s*(import|from)\s+pglast", path.read_text(), re.MULTILINE), path
