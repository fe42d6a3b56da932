# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Python programs as text: whether the nodes' Python can read them, and what they import; pure, nothing is run."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import typing as t
import warnings
from dataclasses import dataclass, replace

from .python_stdlib import Version

HERE = (sys.version_info[0], sys.version_info[1])
_LEAST = (3, 7)  # what ast can be asked for

_PYTHON2 = re.compile(
    r"""(?:^|[:;])\s*(?:print|exec)\s+[^\s=(.,)\]:]       # print x
    |\bexcept\s+[\w.()\s,]+,\s*[a-z_]\w*\s*:              # except Error, e:
    |\braise\s+[\w.]+\s*,                                 # raise Error, text
    |<>|`|\bur['"]|\b\d+L\b|(?<![\w.])0[0-7]+\b           # x <> y, `x`, ur"", 10L, 0755
    |\blambda\s*\(                                        # lambda (a, b): a
    """,
    re.VERBOSE,
)
_VERSIONS = re.compile(r"'(?:version_info|hexversion|PY2|PY3)'")
_GUARDS = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")


@dataclass(frozen=True)
class Problem:
    """Why a program cannot be read: a kind of finding, the line (0: unknown), and the words of Python."""

    kind: str
    line: int
    words: str


@dataclass(frozen=True)
class Import:
    """One import: ``names`` are what ``from`` takes, ``level`` counts its dots.

    ``sure``: it is run whenever the program is. ``guarded``: the program goes on without it.
    """

    module: str
    line: int
    names: tuple[str, ...] = ()
    level: int = 0
    sure: bool = True
    guarded: bool = False

    @property
    def top(self) -> str:
        """Return the module without what lies in it."""
        return self.module.partition(".")[0]


IsThere = t.Callable[[Import], t.Optional[bool]]


def read(data: bytes, version: Version | None) -> tuple[ast.Module | None, Problem | None]:
    """Return a program's tree, and what is wrong with its syntax under a version of Python.

    :param version: the nodes'; None when it is not known, and this machine's counts.
    :returns: the tree, or None where it cannot be read; the problem, or None.
    """
    asked = max(version, _LEAST) if version else None
    try:
        tree = _parse(data, asked)
    except (SyntaxError, ValueError) as exc:
        return _refused(exc, data, version)
    except (RecursionError, MemoryError):
        return None, None  # nobody wrote it by hand; a run on the sample tells
    if line := _python2_print(tree):
        return tree, Problem("python2-code", line, "print >>file, text")
    if version and version < (3, 12) <= HERE and (line := _nested_quotes(data)):
        return tree, Problem("syntax-too-new", line, "an f-string with its own quotes or a backslash in its braces")
    return tree, None


def _parse(data: bytes, version: Version | None) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(data, feature_version=version)
        compile(tree, "<program>", "exec", dont_inherit=True)  # finds "return outside function" and its like
    return tree


def _refused(exc: Exception, data: bytes, version: Version | None) -> tuple[ast.Module | None, Problem]:
    line = getattr(exc, "lineno", None) or 0
    words = getattr(exc, "msg", None) or str(exc)
    lines = data.decode("utf-8", "replace").splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    if "Missing parentheses in call" in words or _PYTHON2.search(_without_strings(text)):
        return None, Problem("python2-code", line, text.strip()[:80])
    if version and version > HERE:
        return None, Problem("syntax-unsure", line, words)
    try:
        return _parse(data, None), Problem("syntax-too-new", line, words)
    except (SyntaxError, ValueError):
        return None, Problem("syntax-error", line, words)


def _without_strings(line: str) -> str:
    bare = re.sub(r"""(['"])(?:\\.|(?!\1).)*\1""", '""', line)
    return bare.partition("#")[0]


def _python2_print(tree: ast.Module) -> int:
    """Return the line of a ``print >>file, text``, which Python 3 reads as a comparison of nothing; 0 for none."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Expr):
            continue
        first = node.value.elts[0] if isinstance(node.value, ast.Tuple) and node.value.elts else node.value
        if (
            isinstance(first, ast.BinOp)
            and isinstance(first.op, ast.RShift)
            and isinstance(first.left, ast.Name)
            and first.left.id == "print"
        ):
            return node.lineno
    return 0


def _nested_quotes(data: bytes) -> int:
    """Return the line of an f-string that only Python 3.12 and later read, 0 for none; this machine's is one."""
    start, end = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1)
    middle = getattr(tokenize, "FSTRING_MIDDLE", -1)
    opened: list[str] = []
    try:
        for token in tokenize.tokenize(io.BytesIO(data).readline):
            quotes = token.string.lstrip("rRbBuUfF")
            mark = quotes[:3] if quotes[:3] in ('"""', "'''") else quotes[:1]
            if opened and token.type in (start, tokenize.STRING):
                if mark in opened or "\\" in token.string:
                    return token.start[0]
            elif (
                opened
                and token.type == tokenize.COMMENT
                or opened
                and len(opened[-1]) == 1
                and token.type == tokenize.NL
                or opened
                and len(opened) > 1
                and token.type == middle
                and "\\" in token.string
            ):
                return token.start[0]
            if token.type == start:
                opened.append(mark)
            elif token.type == end:
                opened.pop()
    except (tokenize.TokenError, SyntaxError, IndexError):
        pass
    return 0


def imports(tree: ast.Module, is_there: IsThere) -> list[Import]:
    """Return what a program imports, in its order.

    Of a ``try`` that survives an ImportError only what matters is returned: not what stands in for a module that is
    there, and not a module for which what stands in is there.

    :param is_there: tells whether a module can be imported on the nodes; None: not known.
    """
    try:
        return list(_imports(tree.body, is_there))
    except RecursionError:
        return []  # as of one that cannot be read


def _imports(body: t.Iterable[ast.stmt], is_there: IsThere) -> t.Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            yield Import(node.module or "", node.lineno, names, node.level)
        elif isinstance(node, ast.Try):
            yield from _of_try(node, is_there)
        elif isinstance(node, ast.If):
            yield from _of_if(node, is_there)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            guarded = any("suppress" in ast.dump(item.context_expr) for item in node.items)
            yield from (_unsure(one, True) if guarded else one for one in _imports(node.body, is_there))
        elif isinstance(node, ast.ClassDef):
            yield from _imports(node.body, is_there)
        else:
            yield from (_unsure(one) for one in _imports(_statements(node), is_there))


def _statements(node: ast.AST) -> list[ast.stmt]:
    found = []
    for child in ast.iter_child_nodes(node):
        found += [child] if isinstance(child, ast.stmt) else _statements(child)
    return found


def _unsure(one: Import, guarded: bool = False) -> Import:
    return replace(one, sure=False, guarded=one.guarded or guarded)


def _of_if(node: ast.If, is_there: IsThere) -> t.Iterator[Import]:
    test = ast.dump(node.test)
    if "'__name__'" in test:
        yield from _imports(node.body, is_there)
    elif "'TYPE_CHECKING'" not in test:
        yield from (_unsure(one, _VERSIONS.search(test) is not None) for one in _imports(node.body, is_there))
    yield from (_unsure(one, _VERSIONS.search(test) is not None) for one in _imports(node.orelse, is_there))


def _of_try(node: ast.Try, is_there: IsThere) -> t.Iterator[Import]:
    body = list(_imports(node.body, is_there))
    others = [one for handler in node.handlers for one in _imports(handler.body, is_there)]
    if any(_survives(handler.type) for handler in node.handlers):
        body, others = [_unsure(one, True) for one in body], [_unsure(one, True) for one in others]
        if not any(is_there(one) is False for one in body):
            others = []
        elif others and all(is_there(one) for one in others):
            body = [one for one in body if is_there(one)]
    else:
        others = [_unsure(one) for one in others]
    yield from body
    yield from others
    yield from _imports(node.orelse, is_there)
    yield from _imports(node.finalbody, is_there)


def _survives(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    parts = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(part, ast.Name) and part.id in _GUARDS for part in parts)
