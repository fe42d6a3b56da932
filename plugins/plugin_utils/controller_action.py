# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The base of every action whose module works on the controller: there it is run from where it lies.

For a host Ansible packs all the code that a module may need, and Python compiles all of it anew: more than a second of
processor time for a module that talks to AWS, whose work takes half of one. On the controller nothing has to travel.
"""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

from ansible.executor.module_common import _BuiltModule
from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.plugins.action import ActionBase

COLLECTION = Path(__file__).resolve().parents[2]
# How values are written for modules that do not ask for more.
PROFILE = "legacy"
# Nothing in the folder that a playbook is run in may be taken for a library. The collection is the one this file
# belongs to, whatever others of its name there are.
PROGRAM = """#!{python}
import sys
sys.path[:] = [place for place in sys.path if place not in ("", ".")]
import runpy, types
from ansible.module_utils import basic
for package, places in {packages!r}:
    sys.modules[package] = types.ModuleType(package)
    sys.modules[package].__path__ = places
basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = {args!r}, {profile!r}
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
"""


class ControllerAction(ActionBase):
    """Runs the module of the action's own name; subclasses override :meth:`act`."""

    _supports_async = True
    _vars: dict[str, t.Any]

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the task's result."""
        super().run(tmp, task_vars)
        self._vars = {} if task_vars is None else task_vars
        return self.act(dict(self._task.args))

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Do the work and return the result; by default one run of the module."""
        return self.module(args)

    def module(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Run the module with these arguments and return its result."""
        name = f"ohmy.hadoop.{str(self._task.action).rpartition('.')[2]}"
        apart = bool(self._task.async_val and not self._connection.has_native_async)
        result: dict[str, t.Any] = self._execute_module(
            module_name=name, module_args=args, task_vars=self._vars, wrap_async=apart
        )
        return result

    def _configure_module(
        self, module_name: str, module_args: dict[str, t.Any], task_vars: dict[str, t.Any]
    ) -> tuple[_BuiltModule, str]:
        """Return what runs the module, and the module's file: Ansible's own wherever it may have to travel."""
        path = COLLECTION / "plugins" / "modules" / f"{module_name.removeprefix('ohmy.hadoop.')}.py"
        if not (path.is_file() and self._runs_here(task_vars)):
            packed: tuple[_BuiltModule, str] = super()._configure_module(module_name, module_args, task_vars)
            return packed
        encoder = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
        program = PROGRAM.format(
            python=sys.executable,
            packages=[
                ("ansible_collections", []),
                ("ansible_collections.ohmy", []),
                ("ansible_collections.ohmy.hadoop", [str(COLLECTION)]),
            ],
            args=json.dumps({"ANSIBLE_MODULE_ARGS": module_args}, cls=encoder).encode(),
            profile=PROFILE,
            module=f"ansible_collections.ohmy.hadoop.plugins.modules.{path.stem}",
        )
        built = _BuiltModule(
            b_module_data=program.encode(),
            module_style="new",
            shebang=f"#!{sys.executable}",
            serialization_profile=PROFILE,
        )
        return built, str(path)

    def _runs_here(self, task_vars: dict[str, t.Any]) -> bool:
        """Tell whether the module would run on this host, as this user, and with this Python."""
        if self._connection.transport != "local" or self._connection.become:
            return False
        to = self._task.delegate_to
        python = (task_vars["ansible_delegated_vars"][to] if to else task_vars).get("ansible_python_interpreter")
        return bool(self._templar.template(python) == sys.executable)
