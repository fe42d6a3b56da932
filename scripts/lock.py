# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write requirements.txt, requirements-dev.txt and tests/versions/*.txt: every package that the .in files bring, with
version and sha256.

``lock.py CHECKOUT``; versions in the present lock are kept as long as the .in files allow, ``--upgrade`` drops them.
The hashes are those of the files that this machine would install: Debian 12 on amd64.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests import versions

HEAD = "# Written by `make lock` from {source}: do not edit.\n"


def resolve(sources: list[Path], constraints: Path | None, python: str = sys.executable) -> dict[str, str]:
    """Return name → one line of a lock file for all that *sources* bring."""
    command = [python, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    command += ["--only-binary", ":all:"]
    for source in sources:
        command += ["-r", str(source)]
    if constraints is not None:
        command += ["-c", str(constraints)]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    lines = {}
    for package in report["install"]:
        name = re.sub(r"[-_.]+", "-", package["metadata"]["name"]).lower()
        digest = package["download_info"]["archive_info"]["hashes"]["sha256"]
        lines[name] = f"{name}=={package['metadata']['version']} --hash=sha256:{digest}\n"
    return lines


def main() -> None:
    """Resolve everything once, so that the two files agree, and write them."""
    checkout = Path(sys.argv[1])
    base, dev = checkout / "requirements.in", checkout / "requirements-dev.in"
    present = "".join(path.read_text() for path in (base.with_suffix(".txt"), dev.with_suffix(".txt")) if path.exists())
    constraints = checkout / "build" / "constraints.txt"
    constraints.parent.mkdir(exist_ok=True)
    kept = [] if "--upgrade" in sys.argv else re.findall(r"^\S+==\S+", present, re.MULTILINE)
    constraints.write_text("\n".join(kept) + "\n")
    everything = resolve([base, dev], constraints)
    constraints.write_text("\n".join(line.split(" ", 1)[0] for line in everything.values()) + "\n")
    needed = resolve([base], constraints)
    base.with_suffix(".txt").write_text(HEAD.format(source=base.name) + "".join(sorted(needed.values())))
    rest = [line for name, line in everything.items() if name not in needed]
    dev.with_suffix(".txt").write_text(HEAD.format(source=dev.name) + "".join(sorted(rest)))
    for name, version in versions.PYTHONS.items():
        lock_version(checkout / f"tests/versions/{name}.in", version, constraints)


def lock_version(source: Path, version: str, constraints: Path) -> None:
    """Write the lock file of an environment of its own; the one there stays where its Python is missing."""
    target, python = source.with_suffix(".txt"), versions.interpreter(version)
    if python is None:
        print(f"There is no Python {version} on PATH: {target} stays as it is.")
        return
    kept = re.findall(r"^\S+==\S+", target.read_text(), re.MULTILINE) if target.exists() else []
    asked = set(re.findall(r"^(\S+)==", source.read_text(), re.MULTILINE))
    kept = [line for line in kept if line.split("==")[0] not in asked]
    constraints.write_text("\n".join([] if "--upgrade" in sys.argv else kept) + "\n")
    lines = resolve([source], constraints, python)
    target.write_text(HEAD.format(source=source.name) + "".join(sorted(lines.values())))


if __name__ == "__main__":
    main()
