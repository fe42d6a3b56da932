# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a job's programs need of their nodes, by their texts: interpreters and Python modules; runs nothing."""

from __future__ import annotations

import os
import posixpath
import re
import tarfile
import typing as t
import zipfile
import zlib

from .module_check import PROGRAM_BYTES, _own
from .program_words import PYTHON, Run, of_command, of_first_line
from .programs_check import ROLES, SCRIPTS
from .python_source import Import, IsThere, imports, read

Data = t.Dict[str, t.Any]
Files = t.Sequence[t.Mapping[str, str]]
# A larger archive is not looked through for modules: to list a packed one is to unpack it.
ARCHIVE_BYTES = 64 << 20
# A program that says by itself where modules lie may find what nobody else sees.
OWN_PATHS = re.compile(rb"\bsys\s*\.\s*path\b|\baddsitedir\b")


def needs(
    commands: t.Mapping[str, str | None], files: Files, archives: Files, cmdenv: t.Mapping[str, t.Any] | None = None
) -> Data:
    """Return what a job's programs need of their nodes, each thing once.

    :param commands: {"mapper", "reducer", "combiner"} → command or None.
    :param files: [{"src", "name"}], as the tasks will find them.
    :param archives: [{"src", "name"}].
    :returns: {"programs": [{"name", "where", "interpreter"}], "modules": [{"name", "python", "where", "kind", "instead"}]};
        ``where`` begins a sentence, ``interpreter`` tells that a program's text is handed to it, ``python`` runs the module's
        importer, ``kind`` is what it means where the module is not there, and no harm comes where all of ``instead`` are.
    :raises OSError: a file cannot be read.
    """
    look = _Look(files, archives, "PYTHONPATH" in (cmdenv or {}))
    for role in ROLES:
        run = of_command(commands.get(role) or "")
        if run is not None:
            look.command(f"The {role}", run)
    return {"programs": list(look.programs.values()), "modules": list(look.modules.values())}


class _Look:
    """The needs of one job, by what tells them apart."""

    def __init__(self, files: Files, archives: Files, elsewhere: bool) -> None:
        self.shipped = {file["name"]: file["src"] for file in files}
        self.folders = {archive["name"] for archive in archives}
        held = [_names(archive["src"]) for archive in archives]
        self.own = frozenset().union(_own(self.shipped), self.folders, *(names for names in held if names is not None))
        self.elsewhere = elsewhere or None in held
        self.programs: dict[str, Data] = {}
        self.modules: dict[tuple[str, str], Data] = {}
        self.read: set[tuple[str, str]] = set()

    def command(self, where: str, run: Run) -> None:
        """Take down what a command runs."""
        name = run.interpreter[2:] if run.interpreter.startswith("./") else run.interpreter
        if name in self.shipped:
            self.started_file(name)
            return
        here = name != run.interpreter or ("/" not in name and name.endswith(SCRIPTS))
        if here or ("/" in name and not name.startswith("/")):
            return  # from an archive, or told where the job was planned
        self.program(name, where, interpreter=bool(run.script or run.module or run.inline))
        script = run.script[2:] if run.script.startswith("./") else run.script
        if not PYTHON.fullmatch(posixpath.basename(name)):
            return
        if script in self.shipped:
            self.python(script, name)
        elif run.module and f"{run.module}.py" in self.shipped:
            self.python(f"{run.module}.py", name)
        elif run.module:
            self.module(name, where, Import(run.module, 0), certain=True)

    def started_file(self, name: str) -> None:
        """Take down what the first line of a shipped program asks for."""
        path = self.shipped[name]
        with open(path, "rb") as stream:
            line = stream.readline(4096)
        run = of_first_line(line)[0] if line.startswith(b"#!") else None
        if run is None:
            return
        self.program(run.interpreter, f"The first line of {os.path.basename(path)}", interpreter=True)
        if PYTHON.fullmatch(posixpath.basename(run.interpreter)):
            self.python(name, run.interpreter)

    def program(self, name: str, where: str, interpreter: bool) -> None:
        """Take down a command of the nodes."""
        known = self.programs.setdefault(name, {"name": name, "where": where, "interpreter": interpreter})
        known["interpreter"] = known["interpreter"] or interpreter

    def python(self, name: str, python: str) -> None:
        """Take down what a shipped Python file imports, and the shipped modules that it imports."""
        if (name, python) in self.read:
            return
        self.read.add((name, python))
        path = self.shipped[name]
        with open(path, "rb") as stream:
            data = stream.read(PROGRAM_BYTES)
        tree, _problem = read(data, None)
        if tree is None:
            return
        certain = not OWN_PATHS.search(data)
        found = imports(tree, self.is_own)
        for one in found:
            if one.level:
                continue  # told where the job was planned
            if one.top in self.own:
                if f"{one.top}.py" in self.shipped:
                    self.python(f"{one.top}.py", python)
                continue
            instead = []
            if one.guarded:
                others = imports(tree, self.without(one.top))
                instead = sorted({other.top for other in others if other not in found} - self.own)
            self.module(python, f"{os.path.basename(path)}, line {one.line}", one, certain, instead)

    def is_own(self, one: Import) -> bool | None:
        """Tell whether the job brings a module; None: the nodes must be asked."""
        return one.top in self.own or None

    def without(self, module: str) -> IsThere:
        """Return a function like ``is_own`` for nodes that have not this module."""
        return lambda one: False if one.top == module else self.is_own(one)

    def module(self, python: str, where: str, one: Import, certain: bool, instead: t.Sequence[str] = ()) -> None:
        """Take down a module that the nodes must bring; of two importers of one that which needs it more counts."""
        kind = "module-optional"
        if one.sure:
            kind = "module-missing" if certain and not self.elsewhere else "module-unsure"
        new = {"name": one.top, "python": python, "where": where, "kind": kind, "instead": list(instead)}
        known = self.modules.setdefault((python, one.top), new)
        ranks = ("module-missing", "module-unsure", "module-optional")
        if ranks.index(kind) < ranks.index(known["kind"]):
            self.modules[(python, one.top)] = new


def _names(path: str) -> frozenset[str] | None:
    """Return whatever in an archive may be a module's name, None where it is too large to be looked through."""
    if os.path.getsize(path) > ARCHIVE_BYTES:
        return None
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                inside = archive.namelist()
        else:
            with tarfile.open(path) as packed:
                inside = packed.getnames()
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error):
        return None
    return frozenset(part.partition(".")[0] for name in inside for part in name.split("/"))
