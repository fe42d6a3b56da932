# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Sending files to S3: in parallel, large ones in parts, and each as it was read, or not at all."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import signal
import threading
import typing as t
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial

from .._core.errors import OhmyError
from . import errors, s3

BLOCK = 1 << 20
PART_SIZE = 16 << 20
MOST_PARTS = 10000
MOST_BYTES = 5 << 40
THREADS = 8
SHA256 = "ohmy-sha256"


@dataclass(frozen=True)
class Item:
    """A local file, where it goes, and what it is.

    ``stamp`` tells whether it changed meanwhile; ``parts`` are the sha256 of its parts of ``part_size`` bytes, none for
    a file that goes in one.
    """

    source: str
    key: str
    size: int
    sha256: str
    sha512: str
    stamp: tuple[int, int, int]
    part_size: int = 0
    parts: tuple[bytes, ...] = field(default=(), repr=False)

    def public(self) -> dict[str, t.Any]:
        """Return what the module tells of it."""
        return {"key": self.key, "size": self.size, "sha256": self.sha256, "sha512": self.sha512}


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _unreadable(path: str, exc: OSError) -> OhmyError:
    return OhmyError(f"{path} cannot be read: {exc.strerror or exc}.", "Nothing of it was uploaded.")


def _changed(path: str) -> OhmyError:
    return OhmyError(f"{path} changed while it was uploaded.", "Run it again when nothing writes to it.")


def part_size_of(size: int) -> int:
    """Return the size of a file's parts: 10,000 of them at most; 0 where it goes in one."""
    return max(PART_SIZE, -(-size // MOST_PARTS // BLOCK) * BLOCK) if size > 2 * PART_SIZE else 0


def _sha512(descriptor: int) -> str:
    digest, offset = hashlib.sha512(), 0
    while block := os.pread(descriptor, BLOCK, offset):
        digest.update(block)
        offset += len(block)
    return digest.hexdigest()


def _sha256(stream: t.IO[bytes], part_size: int) -> tuple[str, list[bytes]]:
    """Read a file to its end; return the sum of the whole, and those of its parts, none for a file that goes in one."""
    whole, parts = hashlib.sha256(), []
    left, part = part_size, hashlib.sha256()
    while block := stream.read(min(BLOCK, left) if part_size else BLOCK):
        whole.update(block)
        if not part_size:
            continue
        part.update(block)
        left -= len(block)
        if not left:
            parts.append(part.digest())
            left, part = part_size, hashlib.sha256()
    return whole.hexdigest(), parts if left == part_size else [*parts, part.digest()]


def read(path: str, key: str) -> Item:
    """Read a file: its sums as a whole and of its parts; raise OhmyError when it cannot be read or changes meanwhile.

    The two kinds of sums of a large one are made side by side.
    """
    try:
        with open(path, "rb") as stream:
            stamp = _stamp(os.fstat(stream.fileno()))
            if stamp[0] > MOST_BYTES:
                raise OhmyError(f"{path} has {stamp[0]} bytes, an object in S3 at most {MOST_BYTES}.", "Split it.")
            part_size = part_size_of(stamp[0])
            with ThreadPoolExecutor(1) as beside:
                later = beside.submit(_sha512, stream.fileno()) if part_size else None
                sha256, parts = _sha256(stream, part_size)
                sha512 = later.result() if later is not None else _sha512(stream.fileno())
            if _stamp(os.fstat(stream.fileno())) != stamp:
                raise OhmyError(f"{path} changed while it was read.", "Run it again when nothing writes to it.")
    except OSError as exc:
        raise _unreadable(path, exc) from exc
    return Item(path, key, stamp[0], sha256, sha512, stamp, part_size, tuple(parts))


def _bytes(one: Item, offset: int, size: int, digest: bytes) -> bytes:
    """Return a stretch of a file; raise OhmyError unless it is still what was read before."""
    try:
        with open(one.source, "rb") as stream:
            stream.seek(offset)
            body = stream.read(size)
            same = _stamp(os.fstat(stream.fileno())) == one.stamp
    except OSError as exc:
        raise _unreadable(one.source, exc) from exc
    if not same or hashlib.sha256(body).digest() != digest:
        raise _changed(one.source)
    return body


def _sum(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _call(one: Item, bucket: str, operation: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
    try:
        what = f"upload {one.source} to s3://{bucket}/{one.key}"
        return errors.call(what, operation, Bucket=bucket, Key=one.key, **arguments)
    except errors.AwsError as exc:
        raise s3.refused(exc) from exc


def _put(client: t.Any, bucket: str, one: Item) -> str:
    digest = bytes.fromhex(one.sha256)
    body = _bytes(one, 0, one.size + 1, digest)
    marks = {SHA256: one.sha256}
    answer = _call(one, bucket, client.put_object, Body=body, Metadata=marks, ChecksumSHA256=_sum(digest))
    return str(answer["ETag"])


def _put_part(client: t.Any, bucket: str, one: Item, upload: str, number: int) -> dict[str, t.Any]:
    digest = one.parts[number - 1]
    body = _bytes(one, (number - 1) * one.part_size, one.part_size, digest)
    part = {"UploadId": upload, "PartNumber": number, "ChecksumSHA256": _sum(digest)}
    answer = _call(one, bucket, client.upload_part, Body=body, **part)
    return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": _sum(digest)}


def _together(pool: ThreadPoolExecutor, steps: t.Iterable[t.Callable[[], t.Any]]) -> list[t.Any]:
    """Take all steps; the first failure ends those that have not begun, waits for the others, and is raised."""
    futures: list[Future[t.Any]] = [pool.submit(step) for step in steps]
    try:
        done, _left = wait(futures, return_when=FIRST_EXCEPTION)
        for one in done:
            one.result()
        return [one.result() for one in futures]
    finally:
        for one in futures:
            one.cancel()
        wait(futures)


def _put_large(client: t.Any, bucket: str, one: Item, pool: ThreadPoolExecutor) -> str:
    """Upload a file in parts, return its ETag; whatever ends this early takes the parts back, as they would cost for ever."""
    marks = {"Metadata": {SHA256: one.sha256}, "ChecksumAlgorithm": "SHA256"}
    upload = _call(one, bucket, client.create_multipart_upload, **marks)["UploadId"]
    try:
        numbers = range(1, len(one.parts) + 1)
        parts = _together(pool, [partial(_put_part, client, bucket, one, upload, number) for number in numbers])
        whole = {"UploadId": upload, "MultipartUpload": {"Parts": parts}}
        return str(_call(one, bucket, client.complete_multipart_upload, **whole)["ETag"])
    except BaseException:
        with contextlib.suppress(errors.AwsError):
            _call(one, bucket, client.abort_multipart_upload, UploadId=upload)
        raise


@contextlib.contextmanager
def _unwinding() -> t.Iterator[None]:
    """Let SIGTERM and SIGHUP end the process by way of its clean-up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: t.Any) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def send(client: t.Any, bucket: str, items: t.Sequence[Item]) -> dict[str, str]:
    """Upload all items, ``THREADS`` files or parts at a time; return their ETags by key, or raise the first failure."""
    small, large = [one for one in items if not one.parts], [one for one in items if one.parts]
    with _unwinding(), ThreadPoolExecutor(max_workers=THREADS) as pool:
        tags = _together(pool, [partial(_put, client, bucket, one) for one in small])
        tags += [_put_large(client, bucket, one, pool) for one in large]
    return {one.key: tag for one, tag in zip([*small, *large], tags)}
