# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The base of every action that is delegated to a node: a lost connection is a failed task, never an unreachable host."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import shlex
import shutil
import time
import types
import typing as t

from ansible import constants
from ansible.errors import AnsibleAuthenticationFailure, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._core.errors import OhmyError
from ..module_utils._hadoop.programs import file_sha256
from . import connection_words
from .progress import Progress

RETRY_SECONDS = 60
RETRY_PAUSE = 2.0
KEEP_ALIVE = "-o ServerAliveInterval=10 -o ServerAliveCountMax=3"
T = t.TypeVar("T")


class ModuleFailed(OhmyError):
    """A module on the node failed: carries its result as it is."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        words = result.get("msg") or result.get("exception") or result.get("module_stderr") or "no message was given"
        super().__init__(str(words).strip())
        self.result = result

    def as_result(self) -> dict[str, t.Any]:
        """Return the module's own result."""
        return {**self.result, "msg": self.message}


class NodeAction(ActionBase):
    """Runs the module of the action's own name on the node; it may run twice, so a short loss is tried again.

    Subclasses override :meth:`act`. Ansible skips ``rescue`` and ``always`` for an unreachable
    host, and with them the end of a cluster: so connection failures become failed results.
    """

    TRANSFERS_FILES = False
    display: t.Any = Display()
    _vars: t.Mapping[str, t.Any] = types.MappingProxyType({})
    _parent: int | None = None

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the task's result; ``unreachable`` is never in it."""
        super().run(tmp, task_vars)
        self._vars = task_vars or {}
        self._parent = os.getppid()
        self._notice_death_fast()
        try:
            result = self.act(dict(self._task.args))
        except OhmyError as exc:
            result = {"failed": True, "changed": False, **exc.as_result()}
        except AnsibleConnectionFailure as exc:
            result = {"failed": True, "changed": False, **self.connection_error(exc).as_result()}
        if result.pop("unreachable", False):
            result["failed"] = True
        return result

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Do the work and return the result; by default one run of the module."""
        return self.module(args, retry=RETRY_SECONDS)

    def cleanup(self, force: bool = False) -> None:
        """Remove the temporary directory on the node, where the node still answers."""
        try:
            super().cleanup(force)
        except AnsibleConnectionFailure as exc:
            self.display.vv(f"Temporary files stay on {self.host}: {exc}")

    @property
    def name(self) -> str:
        """The module's name without its collection."""
        return str(self._task.action).rsplit(".", maxsplit=1)[-1]

    @property
    def host(self) -> str:
        """The node's name in the inventory, with its address where that differs."""
        name = str(self._task.delegate_to or self._vars.get("inventory_hostname") or "the node")
        address = str(self._play_context.remote_addr or "")
        with contextlib.suppress(KeyError, AttributeError):
            address = str(self._connection.get_option("host") or address)
        return name if address in ("", name) else f"{name} ({address})"

    def module(self, args: dict[str, t.Any], name: str | None = None, retry: float = 0) -> dict[str, t.Any]:
        """Run a module of this collection on the node.

        :param retry: seconds for which a lost connection is tried again; only for what may run twice.
        :raises OhmyError: the connection is lost.
        """
        full = f"ohmy.hadoop.{name or self.name}"
        return self.keep_trying(lambda: self._execute_once(full, args, bool(retry)), retry)

    def checked(self, args: dict[str, t.Any], name: str | None = None, retry: float = 0) -> dict[str, t.Any]:
        """Like :meth:`module`, but a failed result is raised as :class:`ModuleFailed`."""
        result = self.module(args, name, retry)
        if result.get("failed"):
            raise ModuleFailed(result)
        return result

    @contextlib.contextmanager
    def looking(self) -> t.Iterator[None]:
        """Let modules run in check mode meanwhile: they tell what they would do, and change nothing."""
        mode, self._task.check_mode = self._task.check_mode, True
        try:
            yield
        finally:
            self._task.check_mode = mode

    def keep_trying(self, work: t.Callable[[], T], seconds: float) -> T:
        """Call ``work`` again after connection losses, for at most ``seconds`` after the first of them."""
        deadline: float | None = None
        while True:
            self.require_parent()
            try:
                return work()
            except AnsibleConnectionFailure as exc:
                now = time.monotonic()
                deadline = now + seconds if deadline is None else deadline
                if now >= deadline or self._hopeless(exc):
                    raise self.connection_error(exc) from exc
                self.on_lost(deadline - now)
                self._reset()
                time.sleep(min(RETRY_PAUSE, max(0.0, deadline - now)))

    def require_parent(self) -> None:
        """End an action whose playbook was killed: kill -9 takes the playbook alone, and its worker would go on.

        Then it would look like a controller that is alive, and do the same work as the run that comes after it.
        """
        if self._parent is not None and os.getppid() != self._parent:
            raise OhmyError(
                "The playbook that this task belongs to has ended.",
                "Run the same command again, which goes on where this one stopped.",
            )

    def on_lost(self, left: float) -> None:
        """Hook: the connection was lost and is tried again for ``left`` more seconds."""
        self.display.vv(f"The connection to {self.host} is lost; trying again for {left:.0f} s")

    def connection_error(self, exc: BaseException) -> OhmyError:
        """Return the error that tells which host does not answer and what to do."""
        reason, hint = connection_words.told(str(getattr(exc, "message", "") or exc))
        return OhmyError(f"{self.host} cannot be reached over SSH: {reason}.", hint, connection_lost=True)

    def progress(self, title: str, log_path: str | None = None) -> Progress:
        """Return the live line for this task."""
        return Progress(self.display, title, log_path=log_path)

    def remote_folder(self) -> str:
        """Return a new directory on the node that only the SSH user (and root) can enter; removed at the end."""
        if not self._connection._shell.tmpdir:
            self._make_tmp_path()
        return str(self._connection._shell.tmpdir).rstrip("/")

    def send(self, source: str, name: str) -> str:
        """Copy a file into the task's own folder on the node and return its path there; a loss is tried again.

        :raises OhmyError: the connection is lost, or the node does not take it.
        """
        arrived = f"{self.remote_folder()}/{name}"
        tries = itertools.count()

        def put() -> None:
            if next(tries):
                # What came of it has its source's rights, and one that may only be read could not be written again.
                self._low_level_execute_command(f"rm -f {shlex.quote(arrived)}", sudoable=False)
            try:
                self._connection.put_file(source, arrived)
            except AnsibleConnectionFailure:
                raise
            except AnsibleError as exc:
                raise OhmyError(
                    f"{name} could not be brought to {self.host}: {exc}", "Run the same command again."
                ) from exc

        self.keep_trying(put, RETRY_SECONDS)
        return arrived

    def bring(
        self,
        remote: str,
        local: str,
        size: int,
        sha256: str | None,
        retry: float = RETRY_SECONDS,
        name: str | None = None,
    ) -> None:
        """Fetch one file from the node to ``local``, whole and verified, or leave nothing there.

        :param sha256: None where the caller looks at the checksums of what is in it.
        :param name: what the user knows it as.
        :raises OhmyError: the connection is lost, the controller's disk refuses it, or the file came damaged.
        """
        name = name or os.path.basename(remote)
        try:
            self.keep_trying(lambda: self._connection.fetch_file(remote, local), retry)
            damaged = os.path.getsize(local) != size or sha256 not in (None, sha256 and file_sha256(local))
        except (AnsibleError, OSError) as exc:
            self._discard(local)
            free = shutil.disk_usage(os.path.dirname(local)).free
            hint = (
                "Make room or name another place."
                if free < size
                else "Look at the rights there, or name another place."
            )
            raise OhmyError(
                f"{name} could not be written to {os.path.dirname(local)} ({size} bytes, "
                f"{free} bytes are free there): {exc}",
                hint,
            ) from exc
        except BaseException:
            self._discard(local)
            raise
        if damaged:
            self._discard(local)
            raise self.damaged(name)

    def damaged(self, name: str) -> OhmyError:
        """Return the error for what did not come as it was on the node."""
        return OhmyError(
            f"{name} came from {self.host} with another size or checksum.", "Run the same command again.", damaged=True
        )

    @staticmethod
    def _discard(path: str) -> None:
        with contextlib.suppress(OSError):  # why it is not there is told by who could not write it
            os.unlink(path)

    def _notice_death_fast(self) -> None:
        """Make SSH notice a dead node within half a minute, and leave all retries to this class."""
        if self._connection.transport != "ssh":
            return
        words = str(self._connection.get_option("ssh_args") or "")
        if not words.startswith(KEEP_ALIVE):
            # OpenSSH takes the first value that it is given.
            self._connection.set_option("ssh_args", f"{KEEP_ALIVE} {words}".strip())
        self._connection.set_option("reconnection_retries", 0)

    def _execute_once(self, full: str, args: dict[str, t.Any], repeatable: bool) -> dict[str, t.Any]:
        # Without a result of its own, the module's process was killed: a node that goes down looks like this.
        try:
            result: dict[str, t.Any] = self._execute_module(
                module_name=full, module_args=dict(args), task_vars=self._vars
            )
        except OSError as exc:
            if exc.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise OhmyError(
                f"What {self.host} is to run could not be written on this machine, to {constants.DEFAULT_LOCAL_TMP}: "
                f"{exc.strerror}.",
                "Make room there, or set ANSIBLE_LOCAL_TEMP to another folder, and run the same command again.",
            ) from exc
        if result.pop("unreachable", False):
            raise AnsibleConnectionFailure(str(result.get("msg", "unreachable")))
        if repeatable and result.get("_ansible_parsed") is False and not str(result.get("module_stdout", "")).strip():
            reason = str(result.get("module_stderr", "")).strip()[-300:]
            raise AnsibleConnectionFailure(f"the module ended without an answer (exit {result.get('rc')}) {reason}")
        return result

    def _reset(self) -> None:
        try:
            self._connection.reset()
        except Exception as exc:  # pylint: disable=broad-exception-caught  # as each connection plugin raises
            self.display.vvv(f"The connection could not be reset: {exc}")

    @staticmethod
    def _hopeless(exc: BaseException) -> bool:
        return isinstance(exc, AnsibleAuthenticationFailure) or any(
            sign in str(exc) for sign in connection_words.HOPELESS
        )
