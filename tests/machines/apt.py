# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small apt repository that a test serves to its machines."""

from __future__ import annotations

import functools
import hashlib
import http.server
import threading
from pathlib import Path

from localcloud.shell import run

from .machines import Machines

LIST = "/etc/apt/sources.list.d/ohmy-test.list"


def package(folder: Path, name: str, files: dict[str, str], version: str = "1.0", depends: str = "") -> Path:
    """Build a Debian package of text files in ``folder``; return its path.

    :param files: absolute path on the node → text; what stands below a ``bin`` folder can be executed.
    """
    tree = folder / f"{name}.tree"
    for path, text in files.items():
        place = tree / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(0o755 if place.parent.name == "bin" else 0o644)
    control = {
        "Package": name,
        "Version": version,
        "Architecture": "all",
        "Maintainer": "the tests <tests@example.com>",
        "Description": "made by a test",
    }
    if depends:
        control["Depends"] = depends
    (tree / "DEBIAN").mkdir(parents=True)
    text = "".join(f"{key}: {value}\n" for key, value in control.items())
    (tree / "DEBIAN" / "control").write_text(text, encoding="utf-8")
    built = folder / f"{name}_{version}_all.deb"
    run(["dpkg-deb", "--build", "--root-owner-group", str(tree), str(built)])
    return built


def index(folder: Path) -> None:
    """Write the list of a folder's packages, as apt reads it."""
    entries = []
    for path in sorted(folder.glob("*.deb")):
        data = path.read_bytes()
        # Written for this use: apt asks for exactly the name that stands here.
        control = run(["dpkg-deb", "--field", str(path)]).strip()
        where = f"Filename: ./{path.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}"
        entries.append(f"{control}\n{where}\n")
    (folder / "Packages").write_text("\n".join(entries), encoding="utf-8")


class Repository:
    """Serves a folder of packages on the machines' network, and nowhere else; a context manager."""

    def __init__(self, folder: Path, address: str) -> None:
        """Take a folder of ``.deb`` files and an address of this machine, such as ``Machines.gateway``."""
        self.folder, self.asked = folder, []
        index(folder)
        handler = functools.partial(_Handler, self.asked, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer((address, 0), handler)
        self.url = f"http://{address}:{self._server.server_port}"

    @property
    def line(self) -> str:
        """The line for a machine's sources; nothing is signed, so trust is said."""
        return f"deb [trusted=yes] {self.url}/ ./"

    def use(self, machines: Machines, *names: str) -> None:
        """Let machines (all where none is named) install from here."""
        for machine in names or machines.addresses:
            machines.run(machine, "tee", LIST, stdin=f"{self.line}\n")

    def __enter__(self) -> Repository:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, and remembers which were asked for."""

    def __init__(self, asked: list[str], *arguments: object, **options: object) -> None:
        self.asked = asked
        super().__init__(*arguments, **options)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        self.asked.append(self.path)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
