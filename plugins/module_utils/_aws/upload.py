# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Bringing local files into S3, only those that are not there: one LIST and one manifest for any number of files."""

from __future__ import annotations

import hashlib
import json
import os
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .._core.errors import OhmyError
from .._core.plan import Plan
from . import buckets, errors, s3
from .client import Clients

BLOCK = 1 << 20
PART_SIZE = 32 << 20
THREADS = 8
SHA256 = "ohmy-sha256"
MANIFEST_SCHEMA = 1


@dataclass(frozen=True)
class Item:
    """A local file, where it goes, and what it is; ``stamp`` tells whether it changed meanwhile."""

    source: str
    key: str
    size: int
    sha256: str
    sha512: str
    stamp: tuple[int, int]

    def public(self) -> dict[str, t.Any]:
        """Return what the module tells of it."""
        return {"key": self.key, "size": self.size, "sha256": self.sha256, "sha512": self.sha512}


def _stamp(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns


def _hash(path: str) -> tuple[str, str, tuple[int, int]]:
    """Return sha256, sha512 and stamp of a file, read once."""
    small, large = hashlib.sha256(), hashlib.sha512()
    try:
        stamp = _stamp(path)
        with open(path, "rb") as stream:
            while block := stream.read(BLOCK):
                small.update(block)
                large.update(block)
    except OSError as exc:
        raise OhmyError(f"{path} cannot be read: {exc.strerror}.") from exc
    return small.hexdigest(), large.hexdigest(), stamp


def read_items(wanted: list[dict[str, t.Any]], prefix: str, by_content: bool) -> list[Item]:
    """Return the items, hashed; ``by_content``: the key is prefix, 16 digits of the sha512, file name."""
    with ThreadPoolExecutor(max_workers=min(THREADS, os.cpu_count() or 1)) as pool:
        hashes = list(pool.map(lambda one: _hash(one["source"]), wanted))
    items = []
    for one, (sha256, sha512, stamp) in zip(wanted, hashes):
        if one.get("sha512") and one["sha512"].lower() != sha512:
            hint = "Fetch or build it again, or correct the sha512."
            raise OhmyError(f"{one['source']} has sha512 {sha512[:16]}…, {one['sha512'][:16]}… is wanted.", hint)
        name = one.get("key") or os.path.basename(one["source"])
        name = f"{sha512[:16]}/{os.path.basename(name)}" if by_content else name
        items.append(Item(one["source"], f"{prefix}{name}", stamp[0], sha256, sha512, stamp))
    by_key: dict[str, Item] = {}
    for item in items:
        other = by_key.setdefault(item.key, item)
        if other.sha512 != item.sha512:
            raise OhmyError(f"{other.source} and {item.source} would both become {item.key}.", "Give each its own key.")
    return items


def common_prefix(keys: list[str]) -> str:
    """Return the longest folder that all keys share, ending in a slash, or nothing."""
    shared = os.path.commonprefix(keys)
    return shared[: shared.rfind("/") + 1]


def manifest_key(prefix: str) -> str:
    """Return where the manifest of a prefix lies: outside of it, so that a job's input holds nothing else."""
    return f"manifests/{hashlib.sha256(prefix.encode()).hexdigest()[:32]}.json"


def _manifest(client: t.Any, bucket: str, key: str) -> dict[str, dict[str, t.Any]]:
    try:
        found = json.loads(s3.get(client, bucket, key, most=None) or b"{}")
        return found["objects"] if found.get("schema") == MANIFEST_SCHEMA else {}
    except (ValueError, AttributeError, KeyError):
        return {}


def _same_by_head(client: t.Any, bucket: str, item: Item) -> bool:
    """Tell whether an object is this file, by the sha256 in its metadata."""
    what = f"look at s3://{bucket}/{item.key}"
    answer = errors.call_or_none(what, client.head_object, Bucket=bucket, Key=item.key)
    return answer is not None and answer.get("Metadata", {}).get(SHA256) == item.sha256


def missing(client: t.Any, bucket: str, items: list[Item], by_content: bool) -> list[Item]:
    """Return the items that are not in S3 yet.

    An object counts as this file when the manifest names its ETag and the file's sha256 for it; by content, when it is
    there with the file's size, as its name holds the digest and S3 shows no half object. Where an interrupted upload
    left objects without a manifest, these alone are asked one by one.
    """
    prefix = common_prefix([one.key for one in items])
    there = {one["Key"]: one for one in s3.listing(client, bucket, prefix)}
    same_size = [one for one in items if one.key in there and there[one.key]["Size"] == one.size]
    if by_content:
        done = {one.key for one in same_size}
    else:
        told = _manifest(client, bucket, manifest_key(prefix)) if same_size else {}
        known = [one for one in same_size if told.get(one.key, {}).get("etag") == there[one.key]["ETag"]]
        done = {one.key for one in known if told[one.key].get("sha256") == one.sha256}
        named = {one.key for one in known}
        unnamed = [one for one in same_size if one.key not in named]
        with ThreadPoolExecutor(max_workers=THREADS) as pool:
            answers = list(pool.map(lambda one: _same_by_head(client, bucket, one), unnamed))
        done |= {one.key for one, same in zip(unnamed, answers) if same}
    return [one for one in items if one.key not in done]


def _send(client: t.Any, bucket: str, items: list[Item]) -> None:
    from boto3.s3.transfer import TransferConfig, create_transfer_manager

    config = TransferConfig(multipart_threshold=2 * PART_SIZE, multipart_chunksize=PART_SIZE, max_concurrency=THREADS)
    with create_transfer_manager(client, config) as manager:
        futures = [
            manager.upload(
                one.source,
                bucket,
                one.key,
                extra_args={"Metadata": {SHA256: one.sha256}, "ChecksumAlgorithm": "SHA256"},
            )
            for one in items
        ]
        for one, future in zip(items, futures):
            try:
                future.result()
            except Exception as exc:  # the transfer manager lets through whatever went wrong in a thread
                if isinstance(exc, OSError):
                    raise OhmyError(f"{one.source} could not be read: {exc}.") from exc
                raise errors.translate(f"upload {one.source} to s3://{bucket}/{one.key}", exc) from exc


def _verify(client: t.Any, bucket: str, items: list[Item], sent: list[Item], by_content: bool) -> None:
    """Check names and sizes by one LIST, and write the manifest last."""
    prefix = common_prefix([one.key for one in items])
    there = {one["Key"]: one for one in s3.listing(client, bucket, prefix)}
    for one in sent:
        if _stamp(one.source) != one.stamp:
            raise OhmyError(f"{one.source} changed while it was uploaded.", "Run it again when nothing writes to it.")
        if there.get(one.key, {}).get("Size") != one.size:
            raise OhmyError(f"s3://{bucket}/{one.key} is not there with {one.size} bytes after its upload.")
    if not by_content:
        told = {one.key: {"etag": there[one.key]["ETag"], "sha256": one.sha256} for one in items if one.key in there}
        text = json.dumps({"schema": MANIFEST_SCHEMA, "prefix": prefix, "objects": told}, sort_keys=True)
        s3.put(client, bucket, manifest_key(prefix), text.encode())


def run(
    clients: Clients, bucket: str, create_bucket: bool, items: list[Item], by_content: bool, check_mode: bool
) -> dict[str, t.Any]:
    """Upload what is missing; return the module's result apart from ``archives``."""
    todo = Plan()
    items = list({one.key: one for one in items}.values())
    exists = s3.bucket_exists(clients, bucket)
    if not exists:
        if not create_bucket and not check_mode:
            raise OhmyError(f"Bucket {bucket} does not exist.", "Set create_bucket, or make it first.")
        todo.add("create", f"bucket {bucket}", None, "private")
    lacking = missing(clients.s3, bucket, items, by_content) if exists and items else list(items)
    for one in lacking:
        todo.add("upload", one.key, None, one.sha256)
    if not check_mode:
        if not exists:
            buckets.create(clients.s3, bucket, clients.region)
        if lacking:
            _send(clients.s3, bucket, lacking)
            _verify(clients.s3, bucket, items, lacking, by_content)
    names = {one.key for one in lacking}
    return todo.result(
        bucket=bucket,
        uploaded=[one.key for one in lacking],
        skipped=[one.key for one in items if one.key not in names],
        bytes=sum(one.size for one in lacking),
        objects=[one.public() for one in items],
    )


def _is_url(source: str) -> bool:
    return source.split("://", 1)[0] in ("s3", "s3a", "http", "https") and "://" in source


def run_all(clients: Clients, params: dict[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    """Upload items and archives of the module's options; return its result."""
    prefix = params["prefix"]
    prefix = f"{prefix.rstrip('/')}/" if prefix else ""
    bucket, by_content = params["bucket"], params["content_address"]
    local = [one for one in params["archives"] if not _is_url(one["source"])]
    for one in params["archives"]:
        if _is_url(one["source"]) and not one.get("sha512"):
            raise OhmyError(f"archives: {one['source']} needs its sha512.", "Nodes take no archive unchecked.")
    archives = read_items(local, prefix, True)
    items = read_items(params["items"], prefix, by_content)
    halves = [(archives, True), (items, by_content)]
    create = params["create_bucket"]
    # A bucket made by the first half is there for the second; in check mode it is planned once.
    results = [
        run(clients, bucket, create, half, by, check_mode) for half, by in halves if half or not (archives or items)
    ]
    result = _merge(*results[:2]) if archives and items else results[0]
    named = []
    for one in params["archives"]:
        if _is_url(one["source"]):
            named.append({"url": one["source"], "sha512": one["sha512"]})
        else:
            found = next(item for item in archives if item.source == one["source"])
            named.append({"url": f"s3://{bucket}/{found.key}", "sha512": found.sha512})
    return {**result, "archives": named}


def _merge(first: dict[str, t.Any], second: dict[str, t.Any]) -> dict[str, t.Any]:
    merged = {key: first[key] + second[key] for key in ("uploaded", "skipped", "bytes", "objects")}
    merged["changed"] = first["changed"] or second["changed"]
    merged["actions"] = list(dict.fromkeys(first["actions"] + second["actions"]))
    merged["diff"] = {side: {**first["diff"][side], **second["diff"][side]} for side in ("before", "after")}
    return {**first, **merged}
