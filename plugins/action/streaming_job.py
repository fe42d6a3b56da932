# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``streaming_job``: bring the programs, start the job's follower or attach to it, show its progress."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.unchanged import require_unchanged
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import side_archives
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.identity import of_lone_job
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.programs import SAFE_NAME, file_sha256
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.followed_action import FollowedAction
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.own_names import of_step


def local_files(files: t.Any) -> list[dict[str, str]]:
    """Check the files to ship and return [{"src", "name", "sha256"}].

    :raises OhmyError: names every file that is missing or cannot be read, and names used twice; or a file that is not the
        one whose ``sha256`` was named.
    """
    if not isinstance(files, (list, tuple)) or not all(isinstance(item, dict) and item.get("src") for item in files):
        raise OhmyError(
            "files must be a list of entries, each with src (a path) and name.",
            "Write - {src: PATH, name: NAME}; name may be left out.",
        )
    shipped, problems = [], []
    for item in files:
        src = os.path.abspath(os.path.expanduser(str(item["src"])))
        name = str(item.get("name") or os.path.basename(src))
        if os.path.exists(src) and not os.path.isfile(src):
            problems.append(f"{src} is no regular file")
            continue
        try:
            digest = file_sha256(src)
        except OSError as exc:
            problems.append(f"{src}: {exc.strerror}")
            continue
        require_unchanged(src, digest, item.get("sha256"))
        shipped.append({"src": src, "name": name, "sha256": digest})
    names = [item["name"] for item in shipped]
    problems += [f"two files are called {name}" for name in sorted(set(names)) if names.count(name) > 1]
    problems += [f"{name!r} is no name that Hadoop can ship" for name in names if not SAFE_NAME.fullmatch(name)]
    if problems:
        raise OhmyError(
            f"The job's files cannot be shipped: {'; '.join(problems)}.",
            "Name files that are there, each under another plain name.",
        )
    return shipped


def local_archives(archives: t.Any, files: t.Sequence[t.Mapping[str, str]]) -> list[dict[str, str]]:
    """Check the archives to ship and return [{"src", "name", "sha256"}], the names being those of their folders.

    :param files: as ``local_files`` returns them.
    :raises OhmyError: one cannot be shipped, or is not the one whose ``sha256`` was named.
    """
    if not isinstance(archives, (list, tuple)) or not all(isinstance(one, dict) and one.get("src") for one in archives):
        raise OhmyError(
            "archives must be a list of entries, each with src (a path) and name.",
            "Write - {src: PATH, name: NAME}; name may be left out.",
        )
    items, looked_at = [], {}
    for item in archives:
        src = os.path.abspath(os.path.expanduser(str(item["src"])))
        items.append(f"{src}#{item['name']}" if item.get("name") else src)
        looked_at[src] = item.get("sha256")
    shipped = side_archives.plan_archives(items, [item["name"] for item in files])
    for one in shipped:
        require_unchanged(one["src"], one["sha256"], looked_at.get(one["src"]))
    return shipped


class ActionModule(FollowedAction):
    """Programs travel once: only to a job that the master does not know yet."""

    def prepared(self, args: dict[str, t.Any], transfer: bool) -> dict[str, t.Any]:
        """Return the arguments with each file's sha256, and with the folder on the master that holds them."""
        files = local_files(args.get("files") or [])
        archives = local_archives(args.get("archives") or [], files)
        args = {**args, "files": files, "archives": archives}
        try:
            args["fingerprint"] = args.get("fingerprint") or of_lone_job(args)
        except (AttributeError, TypeError, ValueError):
            return args  # of values that the module itself refuses, by their names
        args["id"] = args.get("id") or args["fingerprint"][:16]
        shipped = {item["name"]: item["src"] for item in files}
        shipped.update({side_archives.stored(item["src"], item["name"]): item["src"] for item in archives})
        if transfer and shipped and self._is_to_start(args):
            folder = self.remote_folder()
            for name, src in shipped.items():
                self.send(src, name)
            args["spool"] = folder
        return args

    def in_own_words(self, status: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the status with the user's own names of input files, where the task belongs to a planned run."""
        failed = {key: status[key] for key in ("error", "first_failure") if status.get(key)}
        if not failed:
            return status
        plan, args = self._vars.get("ohmy_plan") or {}, self._task.args
        commands = {role: args.get(role) for role in ("mapper", "reducer", "combiner")}
        told = {
            key: of_step(error, plan, str(args.get("id")), commands, args.get("files") or [], args)
            for key, error in failed.items()
        }
        return {**status, **told}

    def _is_to_start(self, args: dict[str, t.Any]) -> bool:
        # A job that the master knows has its files there already.
        return bool(args.get("force")) or self.look(str(args.get("id")), 0, None) is None
