# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""HDFS over HTTP, spoken on the master: ten milliseconds where a command would start a JVM."""

from __future__ import annotations

import hashlib
import http.client
import os
import typing as t
import urllib.parse

from .._core.errors import OhmyError
from .rest import Answer, Refused, Rest, Unreachable, lower, split_location
from .streams import CHUNK, Slice, Stream

TRIES = 3
HINTS = {
    "AccessControlException": "Another user owns it; look at its owner and mode.",
    "SafeModeException": "The NameNode leaves safe mode when enough DataNodes have reported; try again in a moment.",
    "DSQuotaExceededException": "Raise or clear the quota of the directory.",
    "NSQuotaExceededException": "Raise or clear the quota of the directory.",
    "ParentNotDirectoryException": "A part of the path is a file.",
}
Body = t.Union[bytes, t.IO[bytes], Slice]


class SafeMode(Refused):
    """The NameNode is in safe mode: nothing can be written yet."""


class WebHdfs:
    """A client of one NameNode.

    Paths are absolute and plain text: any character that HDFS takes (it takes no colon).

    :param user: acts as this user (simple authentication).
    """

    def __init__(self, address: str, user: str, port: int = 9870, timeout: float = 20.0) -> None:
        self.user = user
        self._rest = Rest("HDFS", address, port, timeout)

    def status(self, path: str) -> dict[str, t.Any] | None:
        """Return FileStatus {type: FILE|DIRECTORY, length, owner, group, permission, modificationTime …} or None."""
        try:
            return t.cast("dict[str, t.Any]", self._ask("GET", path, "GETFILESTATUS")["FileStatus"])
        except Refused as exc:
            if exc.exception == "FileNotFoundException":
                return None
            raise

    def list(self, path: str) -> list[dict[str, t.Any]]:
        """Return the FileStatus of each entry of a directory, by name in ``pathSuffix``; of a file, its own."""
        found = self._ask("GET", path, "LISTSTATUS")["FileStatuses"]["FileStatus"]
        return sorted(found, key=lambda entry: str(entry["pathSuffix"]))

    def entries(self, path: str) -> dict[str, dict[str, t.Any]] | None:
        """Return name → FileStatus of the entries of a directory, None where there is none.

        :raises OhmyError: it is a file, or something above it is.
        """
        try:
            found = self.list(path)
        except Refused as exc:
            if exc.exception == "FileNotFoundException":
                return None
            raise
        if any(not entry["pathSuffix"] for entry in found):
            raise OhmyError(f"{path} in HDFS is a file, not a directory.", "Name another path, or move it.")
        return {str(entry["pathSuffix"]): entry for entry in found}

    def walk(self, path: str) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
        """Yield (relative path, FileStatus) of every file below a directory; of a file, ("", its own)."""
        folders = [""]
        while folders:
            folder = folders.pop()
            for entry in self.list(f"{path.rstrip('/')}/{folder}".rstrip("/") or "/"):
                relative = f"{folder}/{entry['pathSuffix']}".strip("/")
                if entry["type"] == "DIRECTORY":
                    folders.append(relative)
                else:
                    yield relative, entry

    def mkdirs(self, path: str, mode: str | None = None) -> None:
        """Make a directory and its parents; ``mode`` in octal digits, for all that are made."""
        self._check(self._ask("PUT", path, "MKDIRS", permission=mode), f"the directory {path} was not made")

    def create(self, path: str, data: Body, overwrite: bool = False, mode: str | None = None) -> None:
        """Write a file; it is there under its name while it is being written.

        :param data: bytes or a binary stream, read from where it stands; tried again only if it can go back.
        """
        start = data.tell() if not isinstance(data, bytes) and data.seekable() else None
        for attempt in range(TRIES):
            # The first failure may have left half a file of ours.
            again = overwrite or attempt > 0
            location = self._ask(
                "PUT", path, "CREATE", noredirect="true", overwrite=str(again).lower(), permission=mode
            )
            try:
                self._send(str(location["Location"]), data, path)
                return
            except Unreachable:
                if attempt == TRIES - 1 or (start is None and not isinstance(data, bytes)):
                    raise
            if start is not None:
                t.cast("t.IO[bytes]", data).seek(start)

    def open(self, path: str, offset: int = 0, length: int | None = None) -> Stream:
        """Return a stream over ``length`` bytes of a file from ``offset``; it notices when it is cut short. Close it."""
        location = self._ask("GET", path, "OPEN", noredirect="true", offset=offset, length=length)["Location"]
        host, port, target = split_location(location)
        connection = self._rest.connect(host, port)
        try:
            connection.request("GET", target)
            response = connection.getresponse()
            if response.status >= 400:
                raise self._error(
                    Answer(response.status, response.read(), lower(response.getheaders())), f"reading {path}"
                )
        except (OSError, http.client.HTTPException) as exc:
            connection.close()
            raise _data_door(host, port, exc) from exc
        except OhmyError:
            connection.close()
            raise
        return Stream(connection, response, path)

    def read(self, path: str, limit: int = CHUNK) -> bytes:
        """Return a small file whole.

        :raises OhmyError: it is larger than ``limit``.
        """
        with self.open(path) as stream:
            data = b"".join(stream.chunks(limit))
        if len(data) > limit:
            raise OhmyError(
                f"{path} in HDFS is larger than the {limit} bytes that it should be.",
                "Somebody else's file may lie there: look at it, and move it away.",
            )
        return data

    def sha256(self, path: str) -> str:
        """Return the sha256 of a file's bytes, which are all read for it."""
        digest = hashlib.sha256()
        with self.open(path) as stream:
            for chunk in stream.chunks():
                digest.update(chunk)
        return digest.hexdigest()

    def delete(self, path: str, recursive: bool = False) -> bool:
        """Delete; return whether there was anything."""
        return bool(self._ask("DELETE", path, "DELETE", recursive=str(recursive).lower())["boolean"])

    def rename(self, path: str, destination: str, overwrite: bool = False) -> None:
        """Rename; the destination's parent must exist, it itself only where a file is to be replaced in one step."""
        option = "OVERWRITE" if overwrite else None
        try:
            # Unlike the other calls it must not be repeated blindly: the second try would not find the source.
            answer = self._ask("PUT", path, "RENAME", tries=1, destination=destination, renameoptions=option)
        except Unreachable:
            if self.status(path) is not None or self.status(destination) is None:
                raise
            return
        if not overwrite:
            self._check(answer, f"{path} was not renamed to {destination}")

    def set_owner(self, path: str, owner: str | None = None, group: str | None = None) -> None:
        """Change owner and/or group."""
        self._ask("PUT", path, "SETOWNER", owner=owner, group=group)

    def set_permission(self, path: str, mode: str) -> None:
        """Change the mode, given in octal digits."""
        self._ask("PUT", path, "SETPERMISSION", permission=mode)

    def set_replication(self, path: str, replication: int) -> None:
        """Change a file's replication."""
        answer = self._ask("PUT", path, "SETREPLICATION", replication=replication)
        self._check(answer, f"the replication of {path} was not changed")

    def quota(self, path: str) -> dict[str, t.Any]:
        """Return {quota: names, spaceQuota: bytes, -1 for none, fileAndDirectoryCount, spaceConsumed …} of a directory."""
        return t.cast("dict[str, t.Any]", self._ask("GET", path, "GETQUOTAUSAGE")["QuotaUsage"])

    def set_quota(self, path: str, names: int | None = None, space: int | None = None) -> None:
        """Limit the names below a directory and the bytes that they take with all replicas; -1 clears a limit."""
        self._ask("PUT", path, "SETQUOTA", namespacequota=names, storagespacequota=space)

    def trash_root(self, path: str) -> str:
        """Return the trash of this client's user for a path, such as ``/user/ada/.Trash``."""
        return str(self._ask("GET", path, "GETTRASHROOT")["Path"])

    def content_summary(self, path: str) -> dict[str, t.Any]:
        """Return {fileCount, directoryCount, length, spaceConsumed …} of everything below."""
        return t.cast("dict[str, t.Any]", self._ask("GET", path, "GETCONTENTSUMMARY")["ContentSummary"])

    def checksum(self, path: str) -> dict[str, t.Any]:
        """Return FileChecksum {algorithm, bytes, length} of a file."""
        location = self._ask("GET", path, "GETFILECHECKSUM", noredirect="true")["Location"]
        host, port, target = split_location(location)
        answer = Rest("The DataNode", host, port, self._rest.timeout).request("GET", target)
        if answer.status >= 400:
            raise self._error(answer, f"the checksum of {path}")
        return t.cast("dict[str, t.Any]", answer.json()["FileChecksum"])

    def safe_mode(self) -> str:
        """Return why the NameNode is in safe mode, nothing where it is not."""
        return str(self._rest.namenode_bean("NameNodeInfo").get("Safemode") or "")

    def live_datanodes(self) -> int:
        """Return the number of DataNodes that the NameNode takes for living."""
        return int(self.state().get("NumLiveDataNodes") or 0)

    def state(self) -> dict[str, t.Any]:
        """Return {NumLiveDataNodes, CapacityTotal, CapacityRemaining, FilesTotal …}, empty where nobody knows."""
        return self._rest.namenode_bean("FSNamesystemState")

    def _ask(self, method: str, path: str, operation: str, tries: int = TRIES, **params: t.Any) -> t.Any:
        if not path.startswith("/"):
            raise OhmyError(f"{path!r} is no path in HDFS.", "It must begin with a slash.")
        target = "/webhdfs/v1" + urllib.parse.quote(path, safe="/")
        answer = self._rest.request(method, target, {"op": operation, "user.name": self.user, **params}, tries=tries)
        if answer.status >= 400:
            raise self._error(answer, f"{operation} of {path}")
        return answer.json()

    def _send(self, location: str, data: Body, path: str) -> None:
        host, port, target = split_location(location)
        connection = self._rest.connect(host, port)
        headers = {"Content-Type": "application/octet-stream"}
        size = _size(data)
        if size is not None:
            headers["Content-Length"] = str(size)
        try:
            body = data if isinstance(data, bytes) else _chunks(data)
            connection.request("PUT", target, body=body, headers=headers, encode_chunked=size is None)
            response = connection.getresponse()
            answer = Answer(response.status, response.read(), lower(response.getheaders()))
        except (OSError, http.client.HTTPException) as exc:
            raise _data_door(host, port, exc) from exc
        finally:
            connection.close()
        if answer.status >= 400:
            raise self._error(answer, f"writing {path}")

    def _error(self, answer: Answer, what: str) -> Refused:
        error = self._rest.refused(answer, what)
        if "safe mode" in error.message:
            return SafeMode(error.message, HINTS["SafeModeException"], error.status, error.exception)
        error.hint = HINTS.get(error.exception, "")
        return error

    @staticmethod
    def _check(answer: t.Any, otherwise: str) -> None:
        if not (answer or {}).get("boolean"):
            raise OhmyError(f"HDFS: {otherwise}.", "Another file may be in the way.")


def _chunks(data: t.IO[bytes] | Slice) -> t.Iterator[bytes]:
    # http.client's own reading of streams goes in pieces of 8 KiB.
    while chunk := data.read(CHUNK):
        yield chunk


def _size(data: Body) -> int | None:
    if isinstance(data, bytes):
        return len(data)
    if isinstance(data, Slice):
        return data.left
    try:
        return max(0, os.fstat(data.fileno()).st_size - data.tell())
    except (OSError, AttributeError):
        return None


def _data_door(host: str, port: int, exc: BaseException) -> Unreachable:
    reason = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
    return Unreachable(
        f"The DataNode at {host}:{port} does not answer: {reason}.", "See the log of its hadoop-datanode unit."
    )
