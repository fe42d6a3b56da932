# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""From a job's commands to what runs them, to the shipped programs, and to what these import; runs nothing, judges nothing."""

from __future__ import annotations

import ast
import posixpath
import typing as t

from .._hadoop.programs import INTERPRETERS
from .program_words import PYTHON, Run, of_command, of_first_line
from .python_source import Import, Problem, imports, read
from .python_stdlib import Version

ROLES = ("mapper", "reducer", "combiner")
PROGRAM_BYTES = 16 << 20
SCRIPTS = (".py", *INTERPRETERS)  # no system's command ends so


class Source(t.NamedTuple):
    """A shipped Python file that runs, or that one imports; ``python`` is the word for its interpreter.

    ``tree`` is None where it cannot be read, ``imports`` are those that no other shipped file or archive stands for.
    """

    path: str
    python: str
    data: bytes
    tree: ast.Module | None
    problem: Problem | None
    imports: t.Sequence[Import]


class Walk:
    """One walk; who judges what is found on it overrides the methods without an underscore.

    :param shipped: name in the tasks' folder → path here.
    :param own: the modules that the job brings.
    """

    def __init__(self, shipped: t.Mapping[str, str], own: t.Collection[str]) -> None:
        self.shipped = shipped
        self.own = own
        self._todo: list[tuple[str, str]] = []

    def follow(self, commands: t.Mapping[str, str | None]) -> None:
        """Walk.

        :param commands: {"mapper", "reducer", "combiner"} → command or None, as ``programs.plan_programs`` returns them.
        :raises OSError: a file cannot be read.
        """
        for role in ROLES:
            if run := of_command(commands.get(role) or "", self.shipped):
                self._command(role, run)
        # A list that grows.
        for name, python in self._todo:
            self._python(name, python)

    def program(self, word: str, role: str, file: str, interprets: bool) -> None:
        """Hear of a command that the nodes must have.

        :param file: the shipped file whose first line names it, where it is not the command of ``role``.
        :param interprets: it is handed a program.
        """

    def elsewhere(self, role: str, word: str) -> None:
        """Hear of a file that a command names, and that is not shipped under this name."""

    def started(self, name: str, kind: str) -> None:
        """Hear of a shipped file that is started by its name, and the kind of finding that its first line is, if any."""

    def text(self, name: str, interpreter: str) -> None:
        """Hear of a shipped file that an interpreter reads."""

    def module(self, role: str, module: str, python: str) -> None:
        """Hear of a module that a command runs by ``-m`` and that the job does not bring."""

    def source(self, source: Source) -> None:
        """Hear of a Python file, once for each interpreter."""

    def version(self, python: str) -> Version | None:
        """Return the version of an interpreter, None where it is not known."""

    def is_there(self, one: Import) -> bool | None:
        """Tell whether the nodes can import a module; None: not known."""

    def _command(self, role: str, run: Run) -> None:
        name = run.interpreter.removeprefix("./")
        if name in self.shipped:
            self._started(role, name)
        elif name != run.interpreter or ("/" in name and not name.startswith("/")) or _is_script(name):
            self.elsewhere(role, name)
        else:
            self.program(name, role, "", interprets=bool(run.script or run.module or run.inline))
            self._handed(role, run)

    def _handed(self, role: str, run: Run) -> None:
        """Go on with what an interpreter is given."""
        script = run.script.removeprefix("./")
        if run.module and _is_python(run.interpreter):
            if f"{run.module}.py" in self.shipped:
                self._text(f"{run.module}.py", run.interpreter)
            elif run.module.partition(".")[0] not in self.own:
                self.module(role, run.module, run.interpreter)
        elif script in self.shipped:
            self._text(script, run.interpreter)
        elif script:
            self.elsewhere(role, script)

    def _started(self, role: str, name: str) -> None:
        with open(self.shipped[name], "rb") as stream:
            line = stream.readline(4096)
        run, kind = of_first_line(line) if line.startswith(b"#!") else (None, "")
        self.started(name, kind)
        if run is not None:
            self.program(run.interpreter, role, name, interprets=True)
            self._text(name, run.interpreter)

    def _text(self, name: str, interpreter: str) -> None:
        self.text(name, interpreter)
        if _is_python(interpreter) and (name, interpreter) not in self._todo:
            self._todo.append((name, interpreter))

    def _python(self, name: str, python: str) -> None:
        path, others = self.shipped[name], []
        with open(path, "rb") as stream:
            data = stream.read(PROGRAM_BYTES)
        tree, problem = read(data, self.version(python))
        for one in imports(tree, self.is_there) if tree else ():
            if one.level or one.top not in self.own:
                others.append(one)
            elif f"{one.top}.py" in self.shipped and (f"{one.top}.py", python) not in self._todo:
                self._todo.append((f"{one.top}.py", python))
        self.source(Source(path, python, data, tree, problem, others))


def _is_python(interpreter: str) -> bool:
    return PYTHON.fullmatch(posixpath.basename(interpreter)) is not None


def _is_script(name: str) -> bool:
    return "/" not in name and name.endswith(SCRIPTS)
