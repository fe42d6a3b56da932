# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``hadoop_node``: bring the node bundle and the archives that the host lacks, then run the module."""

from __future__ import annotations

import hashlib
import os
import shlex
import tempfile
import typing as t

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.bundle import build_bundle
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_action import RETRY_SECONDS, NodeAction
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_document import on_node

BUNDLE = "bundle"
# Seconds for which a host that does not answer at all is asked again; there may be many.
LOOK_SECONDS = 20
# Of what is free; an archive that fills the last block would stop the host's own services.
SPARE = 64 << 20


class ActionModule(NodeAction):
    """Looks first, in check mode: a host of one's own that is what it is to be costs one module run and no transfer."""

    def act(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the module's result."""
        places: dict[str, tuple[str, str]] = {}
        # The last report of an instance may be lost or of another document, and only the module itself reports.
        tells = args.get("document") is None
        if isinstance(args.get("document"), dict):
            tells = bool(args["document"].get("s3"))
            args["document"], places = on_node(args["document"])
        bundle = None
        if not args.get("bundle"):
            bundle = build_bundle()
            args["bundle_sha256"] = hashlib.sha256(bundle).hexdigest()
        with self.looking():
            look = self.module(args, retry=LOOK_SECONDS)
        if self._task.check_mode or look.get("failed"):
            return look
        if not (look.get("changed") or look.get("pending") or tells):
            return look
        for lacking in look.get("missing") or []:
            if lacking["name"] == BUNDLE:
                args["bundle"] = self._bring_bundle(bundle or b"")
            elif lacking["path"] in places:
                self._bring(lacking["path"], *places[lacking["path"]])
        # It may run twice: what was done by then is found done.
        return self.module(args, retry=RETRY_SECONDS)

    def _bring_bundle(self, bundle: bytes) -> str:
        with tempfile.NamedTemporaryFile(prefix="ohmy-", suffix=".pyz") as local:
            local.write(bundle)
            local.flush()
            return self._put(local.name, "node.pyz")

    def _bring(self, place: str, source: str, sha512: str) -> None:
        """Copy a file of the controller to its place on the host, whole and verified, or leave nothing there."""
        name, folder = os.path.basename(place), os.path.dirname(place)
        size = self._size(source)
        self.display.display(f"{self.host}: bring {name}, {size / 1e6:.1f} MB")
        self._require_room(name, size, self.remote_folder(), folder)
        arrived = self._put(source, name)
        partial = f"{place}.partial"
        words = {"sum": f"{sha512}  {arrived}", "from": arrived, "to": partial, "place": place, "folder": folder}
        quoted = {key: shlex.quote(value) for key, value in words.items()}
        script = (
            "echo {sum} | sha512sum --check --status || exit 99; mkdir -p {folder} && cp {from} {to} && "
            "chown 0:0 {to} && chmod 644 {to} && mv {to} {place}; code=$?; rm -f {to} {from}; exit $code"
        ).format(**quoted)
        done = self._shell(script)
        if done["rc"] == 99:
            raise OhmyError(
                f"{name} came to {self.host} with another sha512 than {sha512[:16]}….",
                "See whether the checksum belongs to this archive; then run the same command again.",
            )
        if done["rc"]:
            raise OhmyError(f"{name} cannot be kept in {folder} on {self.host}: {_last(done)}.", "Make room there.")

    def _size(self, source: str) -> int:
        try:
            return os.path.getsize(source)
        except OSError as exc:
            raise OhmyError(f"{source} cannot be read: {exc.strerror}.", "Look at its rights.") from exc

    def _require_room(self, name: str, size: int, *folders: str) -> None:
        for folder in folders:
            free = self._free(folder)
            if free is not None and free < size + SPARE:
                raise OhmyError(
                    f"{name} needs {size / 1e6:.1f} MB on {self.host}, and {free / 1e6:.1f} MB are free in {folder}.",
                    "Make room there.",
                )

    def _free(self, folder: str) -> int | None:
        """Return the free bytes of a folder's file system on the host, of the next one above that exists."""
        script = f'd={shlex.quote(folder)}; while [ ! -d "$d" ]; do d=$(dirname "$d"); done; df -Pk "$d"'
        lines = str(self._shell(script).get("stdout", "")).strip().splitlines()
        fields = lines[-1].split() if lines else []
        return int(fields[3]) * 1024 if len(fields) > 3 and fields[3].isdigit() else None

    def _put(self, source: str, name: str) -> str:
        try:
            return self.send(source, name)
        except OhmyError as exc:
            if not exc.details.get("connection_lost"):
                self._require_room(name, self._size(source), self.remote_folder())
            raise

    def _shell(self, script: str) -> dict[str, t.Any]:
        def run() -> dict[str, t.Any]:
            done: dict[str, t.Any] = self._low_level_execute_command(script, sudoable=True)
            return done

        return self.keep_trying(run, RETRY_SECONDS)


def _last(done: dict[str, t.Any]) -> str:
    lines = str(done.get("stderr") or done.get("stdout") or "").strip().splitlines()
    return lines[-1].rstrip(".") if lines else f"the copy ended with {done['rc']}"
