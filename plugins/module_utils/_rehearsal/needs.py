# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a job's programs need of their nodes, by their texts: interpreters and Python modules; runs nothing."""

from __future__ import annotations

import os
import re
import typing as t

from .module_check import names_inside, own_modules
from .program_walk import Source, Walk
from .python_source import Import, IsThere, imports

Data = dict[str, t.Any]
Files = t.Sequence[t.Mapping[str, str]]
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
    found = _Needs(files, archives, "PYTHONPATH" in (cmdenv or {}))
    found.follow(commands)
    return {"programs": list(found.programs.values()), "modules": list(found.modules.values())}


class _Needs(Walk):
    """The needs of one job, by what tells them apart."""

    def __init__(self, files: Files, archives: Files, elsewhere: bool) -> None:
        shipped = {file["name"]: file["src"] for file in files}
        held = [names_inside(archive["src"]) for archive in archives]
        folders = {archive["name"] for archive in archives}
        super().__init__(shipped, own_modules(shipped).union(folders, *(names for names in held if names is not None)))
        self.unsure = elsewhere or None in held
        self.programs: dict[str, Data] = {}
        self.modules: dict[tuple[str, str], Data] = {}

    def program(self, word: str, role: str, file: str, interprets: bool) -> None:
        """Take down a command of the nodes."""
        where = f"The first line of {os.path.basename(self.shipped[file])}" if file else f"The {role}"
        known = self.programs.setdefault(word, {"name": word, "where": where, "interpreter": interprets})
        known["interpreter"] = known["interpreter"] or interprets

    def module(self, role: str, module: str, python: str) -> None:
        """Take down a module that is run."""
        self.need(python, f"The {role}", Import(module, 0), True)

    def source(self, source: Source) -> None:
        """Take down what a shipped Python file imports."""
        certain = not OWN_PATHS.search(source.data)
        for one in source.imports:
            if one.level or source.tree is None:
                continue  # told where the job was planned
            instead = []
            if one.guarded:
                others = imports(source.tree, self.without(one.top))
                instead = sorted({other.top for other in others if other not in source.imports}.difference(self.own))
            self.need(source.python, f"{os.path.basename(source.path)}, line {one.line}", one, certain, instead)

    def is_there(self, one: Import) -> bool | None:
        """Tell whether the job brings a module; None: the nodes must be asked."""
        return one.top in self.own or None

    def without(self, module: str) -> IsThere:
        """Return a function like ``is_there`` for nodes that have not this module."""
        return lambda one: False if one.top == module else self.is_there(one)

    def need(self, python: str, where: str, one: Import, certain: bool, instead: t.Sequence[str] = ()) -> None:
        """Take down a module that the nodes must bring; of two importers of one that which needs it more counts."""
        kind = "module-optional"
        if one.sure:
            kind = "module-missing" if certain and not self.unsure else "module-unsure"
        new = {"name": one.top, "python": python, "where": where, "kind": kind, "instead": list(instead)}
        known = self.modules.setdefault((python, one.top), new)
        ranks = ("module-missing", "module-unsure", "module-optional")
        if ranks.index(kind) < ranks.index(known["kind"]):
            self.modules[(python, one.top)] = new
