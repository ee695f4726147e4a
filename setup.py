"""Maps the folders of the checkout into one package; everything else is in pyproject.toml.

`server/` is imported as `roomtone`; the wheel also contains the SQL and the client.
"""

from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent
FOLDERS = {
    "roomtone": "server",
    "roomtone.schema": "schema",
    "roomtone.triggers": "triggers",
    "roomtone.client_web": "client_web",
}

package_dir = {}
for package, folder in FOLDERS.items():
    inside = [path for path in (ROOT / folder).rglob("*") if path.is_dir()]
    for path in [ROOT / folder, *inside]:
        below = path.relative_to(ROOT / folder).parts
        if "__pycache__" not in below:
            package_dir[".".join((package, *below))] = path.relative_to(ROOT).as_posix()

setup(packages=sorted(package_dir), package_dir=package_dir, package_data={"": ["*"]})
