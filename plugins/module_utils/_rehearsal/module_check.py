# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The Python files of a job: whether the nodes' Python reads them and finds what they import; runs nothing."""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
import tarfile
import typing as t
import zipfile
import zlib

from . import debian_packages as debs
from . import python_stdlib as stdlib
from .findings import Finding, of_kind
from .node_images import NodeImage
from .program_walk import Source
from .python_source import HERE, Import, Problem

ZIPS = (".zip", ".egg", ".whl")
# A larger archive is not looked through for modules: to list a packed one is to unpack it.
ARCHIVE_BYTES = 64 << 20
NEWER = "Set hadoop_node_python to their version if it is another, or write it for this one."
SYNTAX = {
    "python2-code": ("is Python 2", "Bring it to Python 3: the nodes have no other."),
    "syntax-error": ("is no valid Python", "Correct it."),
    "syntax-too-new": ("is too new for the nodes' Python", NEWER),
    "syntax-unsure": ("cannot be read by this machine's Python", "Check it with the nodes' version of Python."),
}


class Modules:
    """The modules that a job's programs can import, and what is wrong with those that they do; ``ran``: any Python runs.

    ``unsure``: modules of which nobody knows, where nothing is known of the nodes.
    """

    def __init__(
        self, shipped: t.Mapping[str, str], node: NodeImage, packages: t.Sequence[str], archives: t.Mapping[str, str]
    ) -> None:
        self.shipped = shipped
        self.node = node
        self.brought = debs.modules_of(packages)
        # What lies in an archive, a program may find by a path of its own.
        self.more = debs.may_bring_more(packages) or bool(archives)
        self.own = own_modules(shipped).union(archives, *(names_inside(path) or () for path in archives.values()))
        self.ran = False
        self.found: list[Finding] = []
        self.unsure: list[str] = []

    def all(self) -> list[Finding]:
        """Return what is wrong with the modules that were checked, and with the names of shipped files."""
        return self.found + self.shadows()

    def check_module(self, where: str, module: str) -> None:
        """Check a module that a command runs (``python3 -m``)."""
        self.found += self.problem(where, Import(module, 0))

    def check_source(self, source: Source, system: bool) -> None:
        """Check a shipped file; ``system``: the nodes' own Python runs it."""
        self.ran = True
        shown = os.path.basename(source.path)
        first = source.data.partition(b"\n")[0]
        # In the first line it is told already.
        if b"\r\n" in source.data and not (first.startswith(b"#!") and first.endswith(b"\r")):
            hint = "Save it with Unix line ends if anything but Python reads it."
            self.found.append(of_kind("python-crlf", f"{shown} has lines that end in CRLF, which Python takes.", hint))
        if source.problem and system:
            self.found.append(self.syntax(shown, source.problem))
        for one in source.imports:
            where = f"{shown}, line {one.line}:"
            if one.level:
                text = (
                    f"{where} from {'.' * one.level}{one.module} import works in a package only, and tasks have none."
                )
                self.found.append(of_kind("relative-import", text, f"Write import {one.module or one.names[0]}."))
            elif system:
                self.found += self.problem(where, one, os.path.dirname(source.path))

    def syntax(self, shown: str, problem: Problem) -> Finding:
        """Return the finding of a program that cannot be read."""
        what, hint = SYNTAX[problem.kind]
        place = f"{shown}, line {problem.line}" if problem.line else shown
        versions = {
            "syntax-too-new": f" 3.{(self.node.python or HERE)[1]}",
            "syntax-unsure": f" 3.{HERE[1]}; the nodes have 3.{(self.node.python or HERE)[1]}",
        }
        if self.node.python is None and problem.kind == "syntax-error":
            what = f"is no valid Python 3.{HERE[1]}"
            hint = "Correct it, or set hadoop_node_python where the nodes' Python is newer."
        return of_kind(problem.kind, f"{place} {what}{versions.get(problem.kind, '')}: {problem.words}.", hint)

    def state(self, one: Import) -> tuple[bool | None, str]:
        """Tell whether the nodes can import a module (None: not known), and which kind of finding it is if not."""
        module, version = one.top, self.node.python
        if one.level:
            return False, "relative-import"
        if module in self.own or module in self.brought:
            return True, ""
        where = stdlib.state(module, version)
        if module in self.node.without:
            where = ""
        if where == "there":
            if module in self.node.maybe:
                return None, "module-unsure"
            bad = any(stdlib.name_problem(one.module, name, version) for name in one.names)
            return not bad, "name-missing"
        if module in self.node.modules:
            return True, ""
        if where or module in stdlib.PYTHON2:
            kind = {"removed": "module-removed", "new": "module-too-new"}.get(where, "module-python2")
            return (None, "module-unsure") if self.more and where == "removed" else (False, kind)
        there = self.node.has_module(module)
        return (None, "module-unsure") if there is not False or self.more else (False, "module-missing")

    def problem(self, where: str, one: Import, folder: str = "") -> list[Finding]:
        """Return what is wrong with an import; ``where`` begins the sentence, ``folder`` is the program's here."""
        there, kind = self.state(one)
        if there or (one.guarded and (there is None or kind == "module-python2")):
            return []
        module, name = one.top, self.node.name
        if kind == "module-unsure":
            if self.node.python is None:
                self.unsure.append(module)
                return []
            return [of_kind(kind, f"{where} {name} may lack {module}.", beside(module, folder) or self.hint(module))]
        text, hint = self.words(kind, one)
        hint = beside(module, folder) or hint
        if not one.sure:
            return [of_kind("module-optional", f"{where} {text}; it fails there if this import is reached.", hint)]
        return [of_kind(kind, f"{where} {text}.", hint)]

    def words(self, kind: str, one: Import) -> tuple[str, str]:
        """Return what is wrong with an import that fails, without a full stop, and what to do about it."""
        module, name, minor = one.top, self.node.name, (self.node.python or HERE)[1]
        if kind == "module-removed":
            text = f"{module} is gone since Python 3.{stdlib.REMOVED[module]}, and {name} has 3.{minor}"
            if module == "distutils" and self.node.family == "debian":
                return text, "Name python3-setuptools in hadoop_packages, which brings a copy, or do without it."
            instead = stdlib.INSTEAD.get(module)
            return text, (
                f"Python has {instead} instead." if instead else "Do without it, or ship a copy with job_files."
            )
        if kind == "module-too-new":
            text = f"{module} is there since Python 3.{stdlib.ADDED[module]}, and {name} has 3.{minor}"
            return text, "Do without it, or ship what does the same with job_files."
        if kind == "module-python2":
            return f"{module} is a module of Python 2", f"Python 3 has {stdlib.PYTHON2[module]} instead."
        if kind == "name-missing":
            names = ((word, stdlib.name_problem(one.module, word, self.node.python)) for word in one.names)
            word, why = next(pair for pair in names if pair[1])
            return f"{word} of {one.module} {why}", f"The nodes have Python 3.{minor}: write it for that."
        return f"{module} is neither on {name} nor shipped", self.hint(module)

    def hint(self, module: str) -> str:
        """Return how a module comes to the nodes."""
        if self.node.family != "debian":
            return "Ship it with job_files, or take an image that has it (cluster_image)."
        if package := debs.package_for(module):
            return f"Name {package} in hadoop_packages."
        return "Ship its file with job_files, or name its Debian package in hadoop_packages."

    def shadows(self) -> list[Finding]:
        """Return the shipped files that replace modules of the standard library."""
        found = []
        for name, path in sorted(self.shipped.items()):
            module = name[: -len(".py")] if name.endswith(".py") else ""
            there = module and stdlib.state(module, self.node.python) == "there" and not module.startswith("_")
            if self.ran and there and module not in stdlib.UNSHADOWED:
                text = f"{os.path.basename(path)} replaces Python's own module {module} in every task."
                found.append(of_kind("module-shadowed", text, "Rename it, unless that is what it is for."))
        return found


def beside(module: str, folder: str) -> str:
    """Return how a module that lies here in a folder, beside the program, travels with it; "" where there is none."""
    if folder and os.path.isfile(os.path.join(folder, f"{module}.py")):
        return f"{module}.py lies beside the program: let it travel with the job by job_files: [{module}.py]."
    if folder and os.path.isfile(os.path.join(folder, module, "__init__.py")):
        pack = f"tar -czf {module}.tgz -C {module} ."
        return f"{module} lies beside the program: pack it by {pack} and name it by job_archives: [{module}.tgz]."
    return ""


def own_modules(shipped: t.Mapping[str, str]) -> frozenset[str]:
    """Return the modules that shipped files bring, those in zip files too."""
    found = set()
    for name, path in shipped.items():
        if module := re.fullmatch(r"([A-Za-z_]\w*)(\.[\w-]+)?\.(py|pyc|so)", name):
            found.add(module[1])
        elif name.endswith(ZIPS):
            with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
                found |= {posixpath.splitext(inside.partition("/")[0])[0] for inside in archive.namelist()}
    return frozenset(found)


def names_inside(path: str) -> frozenset[str] | None:
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
