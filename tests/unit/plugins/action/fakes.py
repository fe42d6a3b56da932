# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task, a connection and a display that actions can be run with, without a node."""

from __future__ import annotations

import json
import shlex
import shutil
import types
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._node import cli


class FakeDisplay:
    """Keeps what would be shown."""

    verbosity = 0

    def __init__(self) -> None:
        self.shown: list[str] = []

    def display(self, msg: str, **options: t.Any) -> None:
        self.shown.append(msg)

    warning = vv = vvv = display


class FakeConnection:
    """Copies files locally; ``losses`` is what it raises before it works."""

    become = None
    transport = "ssh"

    def __init__(self, spool: str) -> None:
        self._shell = types.SimpleNamespace(tmpdir=spool)
        self.options: dict[str, t.Any] = {"host": "10.0.0.5", "ssh_args": "-o ServerAliveInterval=30"}
        self.losses: list[BaseException] = []
        self.resets = 0
        self.put: list[tuple[str, str]] = []
        self.commands: list[str] = []

    def get_option(self, name: str) -> t.Any:
        return self.options[name]

    def set_option(self, name: str, value: t.Any) -> None:
        self.options[name] = value

    def is_pipelining_enabled(self, wrap_async: bool = False) -> bool:
        return not wrap_async

    def reset(self) -> None:
        self.resets += 1

    def put_file(self, src: str, dest: str) -> None:
        if self.losses:
            raise self.losses.pop(0)
        self.put.append((src, dest))
        shutil.copy(src, dest)

    def fetch_file(self, src: str, dest: str) -> None:
        if self.losses:
            raise self.losses.pop(0)
        shutil.copy(src, dest)


def make_action(cls: type, args: dict[str, t.Any], answers: t.Any, spool: str = "", check: bool = False) -> t.Any:
    """Return an action whose module runs, and looks, are answered by ``answers``, a list or a function of (name, args).

    An exception among the answers is raised.
    """
    task = types.SimpleNamespace(
        args=args, action="ohmy.hadoop.fake", delegate_to="demo-master", check_mode=check, async_val=0, diff=False
    )
    display = FakeDisplay()

    class Action(cls):
        def __init__(self) -> None:
            self._task = task
            self._connection = FakeConnection(spool)
            self._play_context = types.SimpleNamespace(remote_addr="10.0.0.5")
            self.display = display
            self.calls: list[tuple[str, dict[str, t.Any]]] = []

        def _low_level_execute_command(self, cmd: str, sudoable: bool = True, **_options: t.Any) -> dict[str, t.Any]:
            self._connection.commands.append(cmd)
            if "look" not in (words := shlex.split(cmd)):
                return {"rc": 0, "stdout": "", "stderr": ""}
            assert words[:3] == ["/usr/bin/python3", "-I", "/opt/ohmy/node.pyz"] and sudoable
            answer = self._answer("look", vars(cli.parser().parse_args(words[3:])))
            return answer if "rc" in (answer or {}) else {"rc": 0, "stdout": f"{json.dumps(answer)}\r\n", "stderr": ""}

        def _execute_module(self, module_name: str, module_args: dict[str, t.Any], task_vars: t.Any) -> t.Any:
            return self._answer(module_name.rsplit(".", maxsplit=1)[-1], module_args)

        def _answer(self, name: str, module_args: dict[str, t.Any]) -> t.Any:
            self.calls.append((name, module_args))
            answer = answers(name, module_args) if callable(answers) else answers.pop(0)
            if isinstance(answer, BaseException):
                raise answer
            return answer

    return Action()
