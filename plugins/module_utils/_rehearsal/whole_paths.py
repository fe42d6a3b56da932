# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Files of this machine that a Python program names by their whole paths, and that no node has; runs nothing."""

from __future__ import annotations

import ast
import os
import posixpath
import typing as t
from collections import Counter

from .findings import ERROR, WARNING, Finding, finding

KIND = "file-of-this-machine"


class Named(t.NamedTuple):
    """A path from ``/`` in a program; ``opened``: the program opens it, whatever else it does."""

    line: int
    path: str
    opened: bool


def named(tree: ast.Module) -> list[Named]:
    """Return the paths from ``/`` in a program's strings, but those that document something."""
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    once = {name for name, times in Counter(stored).items() if times == 1}
    opened: set[int] = set()  # strings, by their identities
    names: dict[str, int] = {}  # what a variable is that is set once
    for node in _always(tree.body):
        if isinstance(node, ast.Call) and node.args and _opens(node.func):
            first = node.args[0]
            opened.add(names.get(first.id, 0) if isinstance(first, ast.Name) else id(first))
        elif isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name) and target.id in once:
            names[target.id] = id(node.value)
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [
        Named(node.lineno, node.value, id(node) in opened)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents
        if node.value.startswith("/") and "\0" not in node.value
    ]
    return sorted(found)


def _always(nodes: t.Iterable[ast.AST]) -> t.Iterator[ast.AST]:
    """Return what is done whenever its function is; functions last, since they are called later."""
    later: list[ast.AST] = []
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            later += node.body
        elif isinstance(node, ast.If) and "'__name__'" in ast.dump(node.test):
            yield from _always(node.body)
        elif not isinstance(node, (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.Lambda)):
            yield node
            yield from _always(ast.iter_child_nodes(node))
    if later:
        yield from _always(later)


def _opens(function: ast.expr) -> bool:
    """Tell whether a function is ``open``, or that of a module such as gzip."""
    return (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")) == "open"


class Local:
    """Which paths are those of a user's own files here.

    :param shipped: name in the tasks' folder → path here.
    :param sure: nobody puts anything on the nodes that is not known.
    """

    def __init__(self, shipped: t.Mapping[str, str], sure: bool) -> None:
        self._sure = sure
        self._names = {os.path.realpath(path): name for name, path in shipped.items()}
        folders = {os.path.dirname(path) for path in self._names} | {os.path.realpath(os.path.expanduser("~"))}
        self._folders = folders - {"/", "/bin", "/usr/bin", "/usr/local/bin", "/usr/lib", "/usr/share", "/etc", "/opt"}

    def check(self, program: str, tree: ast.Module) -> list[Finding]:
        """Return a finding for each path in a program that is one of a file or folder here; an error where it is opened."""
        found = []
        for one in named(tree):
            if not self.is_own(one.path):
                continue
            path = os.path.realpath(one.path)
            base, opened = posixpath.basename(path), one.opened and os.path.isfile(path)
            text = f"{program}, line {one.line}: {'opens' if opened else 'names'} {one.path}, which is on this machine"
            sure = opened and self._sure
            text += ", and on no node." if sure else "; the nodes may have nothing there."
            if path in self._names:
                hint = f"It travels with the job: open it as {self._names[path]}."
            elif os.path.isdir(path):
                hint = "Name the files in job_files and open them by their bare names, or pack it and name it in job_archives."
            else:
                hint = f"Name it in job_files, and open it by its bare name: {base}."
            found.append(finding(KIND, ERROR if sure else WARNING, text, hint, file=one.path))
        return found

    def arguments(self, role: str, words: t.Sequence[str]) -> list[Finding]:
        """Return a warning for each path among the arguments of a command that is one of a file or folder here."""
        found = []
        for word in words:
            path = word.partition("=")[2] if word.startswith("-") and "=" in word else word
            if path.startswith("/") and self.is_own(path):
                text = f"job_{role}: {path} is on this machine; the nodes may have nothing there."
                hint = f"Name it in job_files, and {posixpath.basename(path)} in the command."
                found.append(finding(KIND, WARNING, text, hint, file=path))
        return found

    def is_own(self, path: str) -> bool:
        """Tell whether a path is that of a user's own file or folder here."""
        real = os.path.realpath(path)
        return any(real.startswith(f"{folder}/") for folder in self._folders) and os.path.exists(real)
