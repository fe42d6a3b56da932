# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Check a job's programs against what its nodes will have, before there are any; reads the programs, runs nothing."""

from __future__ import annotations

import os
import posixpath
import shlex
import shutil
import typing as t

from .._hadoop import command_words
from .._hadoop.programs import first_line_problem
from . import debian_packages as debs
from . import perl_modules, processors, program_walk, shell_words
from .findings import Finding, of_kind
from .module_check import Modules
from .node_images import ANY, NodeImage
from .program_words import PYTHON, SHELLS, SYSTEM
from .python_source import Import
from .python_stdlib import Version
from .whole_paths import Local

OWN_PYTHON = "Ask for python3, such as #!/usr/bin/env python3; an environment of your own travels in job_archives."
ABSOLUTE = "Name it with its path from /, such as #!/usr/bin/env python3."


def check_programs(
    commands: t.Mapping[str, str | None],
    files: t.Sequence[t.Mapping[str, str]],
    node: NodeImage | None,
    packages: t.Sequence[str],
    archives: t.Mapping[str, str],
) -> list[Finding]:
    """Return what would keep a job's programs from running on its nodes.

    :param commands: {"mapper", "reducer", "combiner"} → command or None, as ``programs.plan_programs`` returns them.
    :param files: [{"src", "name", "sha256"}], as it returns them.
    :param node: the nodes' image; None when it is not known.
    :param packages: Debian packages that will be installed, as ``name`` or ``name=version``.
    :param archives: name of a folder in the task's folder → path of what is unpacked there.
    :returns: findings, each once; see ``findings.KINDS``. An empty list: nothing is wrong.
    :raises OSError: a file cannot be read.
    """
    check = _Check({file["name"]: file["src"] for file in files}, node, packages, archives)
    check.follow(commands)
    for name, path in sorted(check.shipped.items()):
        if problem := first_line_problem(path, runs=name in check.by_name):
            check.found.append(of_kind(problem.id, problem.message, problem.hint))
    for role, command in commands.items():
        words = [word for word in command_words.split(command or "")[1:] if word not in check.told]
        check.found += check.local.arguments(role, words)
    check.found += check.modules.all()
    check.unknown()
    return list({(one["id"], one["text"]): one for one in check.found}.values())


class _Check(program_walk.Walk):
    """The checks of one job."""

    def __init__(
        self,
        shipped: dict[str, str],
        node: NodeImage | None,
        packages: t.Sequence[str],
        archives: t.Mapping[str, str],
    ) -> None:
        self.archives = archives
        self.node = node or ANY
        self.known = node is not None
        self.packages = packages
        self.brought = debs.commands_of(packages)
        self.modules = Modules(shipped, self.node, packages, archives)
        self.local = Local(shipped, self.known and self.node.exact)
        super().__init__(shipped, self.modules.own)
        self.by_name: set[str] = set()  # shipped files that are started by their own names
        self.told: set[str] = set()  # words of commands
        self.found: list[Finding] = []
        self.unsure: list[str] = []  # commands of which nobody knows, where nothing is known of the nodes

    def elsewhere(self, role: str, word: str) -> None:
        """Note a file that no task would find, unless an archive may hold it."""
        base = posixpath.basename(word)
        if not word.startswith("/"):
            if word.partition("/")[0] not in self.archives:
                hint = f"Name {base} in job_files" + (
                    f", and in the command without its folder: {base}." if base != word else "."
                )
                self.add("file-not-shipped", f"job_{role}: {word} does not travel with the job.", hint)
        elif os.path.isfile(word) and posixpath.dirname(word) not in SYSTEM:
            text = f"job_{role}: {word} is a file of this machine, and the nodes may have none of that name."
            self.told.add(word)
            self.add("path-of-this-machine", text, f"Name it in job_files, and {base} in the command.")

    def started(self, name: str, kind: str) -> None:
        """Note that a shipped program names no interpreter, or not so that it is found, or was built for newer nodes."""
        self.by_name.add(name)
        shown = os.path.basename(self.shipped[name])
        have = self.node.glibc
        if self.node.exact and (0, 0) < have < (asked := processors.glibc_of(self.shipped[name])):
            text = f"{shown} asks for glibc {asked[0]}.{asked[1]}, and {self.node.name} has {have[0]}.{have[1]}."
            self.add(
                "glibc-too-new", text, "Build it on that system, or link it statically; or take a newer cluster_image."
            )
        if kind == "interpreter-arguments":
            text = f"The first line of {shown} hands env several words, which it takes for one name."
            self.add(kind, text, "Write env -S before them, or name one word only.")
        elif kind:
            self.add(kind, f"The first line of {shown} names no interpreter with its path from /.", ABSOLUTE)

    def text(self, name: str, interpreter: str) -> None:
        """Note line ends that a shell does not take, and what it or Perl calls that only this machine may have."""
        program = posixpath.basename(interpreter)
        if program not in SHELLS and program != "perl":
            return
        with open(self.shipped[name], "rb") as stream:
            data = stream.read(program_walk.PROGRAM_BYTES)
        shown, source = os.path.basename(self.shipped[name]), data.decode("utf-8", "replace")
        if program == "perl":
            return self._perl(shown, source)
        for word, line in shell_words.commands(source).items():
            # One that is not here either fails when it is tried.
            if self.known and word not in self.shipped and shutil.which(word) and not self.state("", word):
                text = f"{shown}, line {line}: {self.node.name} may lack {word}."
                self.add("command-unsure", text, self.hint(word))
        _first, *rest = data.split(b"\n")
        if any(line.endswith(b"\r") for line in rest):
            text = f"{shown} has lines that end in CRLF, and {program} takes the CR for a part of their last word."
            self.add("script-crlf", text, f"Save it with Unix line ends: sed -i 's/\\r$//' {shlex.quote(shown)}.")

    def _perl(self, shown: str, source: str) -> None:
        """Note modules that the nodes' Perl may lack."""
        names = debs.plain_names(self.packages)
        if (
            not self.known
            or self.node.family != "debian"
            or any(one == "perl" or one.endswith("-perl") for one in names)
        ):
            return
        for module, line in perl_modules.used(source).items():
            if f"{module.rpartition(':')[2]}.pm" not in self.shipped:
                text = f"{shown}, line {line}: {self.node.name} may lack {module}."
                hint = "Name its package in hadoop_packages (lib...-perl), or ship its file with job_files and say use lib '.'."
                self.add("module-unsure", text, hint)

    def module(self, role: str, module: str, python: str) -> None:
        """Note a module that is run and that the nodes have not."""
        if _is_system(python):
            self.modules.check_module(f"job_{role}:", module)

    def source(self, source: program_walk.Source) -> None:
        """Note what is wrong with a Python file."""
        self.modules.check_source(source, _is_system(source.python))
        if source.tree:
            self.found += self.local.check(os.path.basename(source.path), source.tree)

    def version(self, python: str) -> Version | None:
        """Return the version of the nodes' own Python; of another one nobody knows it."""
        return self.node.python if _is_system(python) else None

    def is_there(self, one: Import) -> bool | None:
        """Tell whether the nodes can import a module."""
        return self.modules.state(one)[0]

    def program(self, word: str, role: str, file: str, interprets: bool) -> None:
        """Note a command that the nodes have not, or perhaps not."""
        folder, name = posixpath.split(word)
        there = self.state(folder, name)
        lacks = "may lack" if there is None else "lacks"
        if file:
            kind, where = "interpreter", f"The first line of {os.path.basename(self.shipped[file])}"
            text = f"{where} asks for {word}, which {self.node.name} {lacks}"
        else:
            kind, text = "command", f"job_{role}: {self.node.name} {lacks} {word}"
        if there is False and name in ("python", "python2", "python2.7") and folder in {"", *SYSTEM}:
            self.add("python-absent", f"{text}: it has python3 only.", self.python_hint(name))
        elif there is False:
            own = PYTHON.fullmatch(name) and folder not in {"", *SYSTEM}
            self.add(f"{kind}-absent", f"{text}.", OWN_PYTHON if own else self.hint(name))
        elif there is None and self.known:
            self.add(f"{kind}-unsure", f"{text}.", self.hint(name))
        elif there is None:
            self.unsure.append(word)

    def state(self, folder: str, name: str) -> bool | None:
        """Tell whether a command is in a folder of the nodes (no folder: on their path); None: not known."""
        if folder in {"", *SYSTEM}:
            if name in self.brought:
                return True
            there = self.node.has_command(name)
            return None if there is False and debs.may_bring_more(self.packages) else there
        # Official images and packages leave it empty, and homes too.
        empty = f"{folder}/".startswith(("/usr/local/", "/home/", "/root/"))
        return False if self.node.exact and (empty or self.local.is_own(folder)) else None

    def python_hint(self, name: str) -> str:
        """Return what to do about a program that asks for ``python``."""
        if name == "python" and self.node.family == "debian":
            return "Ask for python3, or name python-is-python3 in hadoop_packages."
        return "Ask for python3; code in Python 2 must be brought to Python 3."

    def hint(self, name: str) -> str:
        """Return what to do about a command that is not there."""
        if PYTHON.fullmatch(name):
            return "Ask for python3, or take an image that has this version (cluster_image)."
        if self.node.family != "debian":
            return "Take an image that has it (cluster_image), or ship it with job_files."
        package = debs.package_of(name)
        if package:
            return f"Name {package} in hadoop_packages, or take an image that has it (cluster_image)."
        return "Ship it with job_files, or name its Debian package in hadoop_packages."

    def add(self, kind: str, text: str, hint: str) -> None:
        """Note a finding."""
        self.found.append(of_kind(kind, text, hint))

    def unknown(self) -> None:
        """Note once what could not be checked, where nothing is known of the nodes."""
        unsure = sorted({*self.unsure, *self.modules.unsure})
        if self.known or not (unsure or self.modules.ran):
            return
        words = ", ".join([*(["their version of Python"] if self.modules.ran else []), *unsure])
        text = f"What the nodes have is not known yet; on the master it is checked: {words}."
        self.add(
            "node-unknown", text, 'Set hadoop_node_python to the nodes\' version, such as "3.11", to check it here.'
        )


def _is_system(interpreter: str) -> bool:
    """Tell whether an interpreter is the nodes' own, and not one that somebody put elsewhere."""
    return posixpath.dirname(interpreter) in {"", *SYSTEM}
