# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hadoop_logs``: bring logs of a node to the controller, packed or not."""

from __future__ import annotations

import os
import shutil
import tarfile
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.places import nearest
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.evidence import MOST_BYTES
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import NodeAction

RETRY = 10


def unpack(archive: str, folder: str) -> None:
    """Write the files of an archive into a folder, readable for this user alone.

    A node may be anybody's by now: no name leads out of the folder, and no more is written than a node may send.

    :raises OhmyError: the archive is not as nodes make them.
    """
    left = MOST_BYTES + (1 << 20)  # and the list of what is missing
    with tarfile.open(archive) as stream:
        for member in stream:
            parts = member.name.split("/")
            left -= member.size
            content = stream.extractfile(member) if member.isreg() else None
            if content is None or left < 0 or not all(parts) or {".", ".."} & set(parts):
                raise OhmyError(f"The archive holds what no node sends: {member.name!r}.", "Look at the node itself.")
            path = os.path.join(folder, *parts)
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
            with open(os.open(path, flags, 0o600), "wb") as out:
                shutil.copyfileobj(content, out)


class ActionModule(NodeAction):
    """One run of the module, one file fetched."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return where the collected evidence lies on the controller."""
        dest = os.path.abspath(os.path.expanduser(str(args.get("dest") or "")))
        if args.get("dest"):
            self._require_folder(dest)
        if self._task.check_mode or not args.get("dest"):
            return self.module(args, retry=RETRY)
        result = self.checked({**args, "spool": self.remote_folder()}, retry=RETRY)
        spooled = result.pop("spooled")
        name = os.path.basename(spooled["path"])
        partial = os.path.join(dest, f".ohmy-{name}.partial")
        path = dest if args.get("unpack") else os.path.join(dest, name)
        try:
            os.makedirs(dest, exist_ok=True)
            self.bring(spooled["path"], partial, spooled["size"], spooled["sha256"], retry=RETRY)
            if path == dest:
                unpack(partial, dest)
            else:
                os.replace(partial, path)
        except (OSError, tarfile.TarError) as exc:
            raise OhmyError(f"{path} cannot be written: {exc}.", "Name another directory.") from exc
        finally:
            self._discard(partial)
        result.update(path=path, size=spooled["size"])
        return result

    @staticmethod
    def _require_folder(dest: str) -> None:
        """Refuse what cannot be made before a node is asked; made it is when there is something to put into it."""
        folder = nearest(dest, os.path.lexists)
        if not os.path.isdir(folder):
            raise OhmyError(f"{dest} cannot be made: {folder} is no folder.", "Name another directory.")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OhmyError(f"{dest} cannot be made: {folder} cannot be written.", "Name another directory.")
