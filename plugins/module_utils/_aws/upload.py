# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Bringing local files into S3, only those that are not there: one LIST and one manifest for any number of files."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from .._core import cluster_keys
from .._core.errors import OhmyError
from .._core.plan import Plan
from .._core.unchanged import require_unchanged
from . import buckets, errors, lease, s3, transfer
from .client import Clients
from .sources import Rules, Source, checked_key, expand
from .transfer import SHA256, THREADS, Item

MANIFEST_SCHEMA = 1
SPARE_PAGES = 20
LEASE_SECONDS, LEASE_PAUSE = 3600, 60
_ADDRESSES = ("s3://", "s3a://", "http://", "https://", "file://")


@dataclass
class Half:
    """Items that are kept by name, or by content, and what S3 has of them."""

    items: list[Item]
    by_content: bool
    there: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    told: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    lacking: list[Item] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """Return the folder that all keys share."""
        return common_prefix([one.key for one in self.items])


def _read(wanted: Source) -> Item:
    found = transfer.read(wanted.path, wanted.key)
    require_unchanged(wanted.path, found.sha256, wanted.sha256)
    return found


def read_all(wanted: list[Source], prefix: str, by_content: bool) -> list[Item]:
    """Return the files as items; ``by_content``: the key is prefix, 16 digits of the sha512, file name.

    :raises OhmyError: one cannot be read, or is not the one that is wanted.
    """
    with ThreadPoolExecutor(max_workers=min(THREADS, os.cpu_count() or 1)) as pool:
        items = list(pool.map(_read, wanted))
    named = []
    for one in items:
        key = f"{one.sha512[:16]}/{os.path.basename(one.key)}" if by_content else one.key
        named.append(replace(one, key=checked_key(one.source, f"{prefix}{key}")))
    return named


def distinct(items: list[Item], by_content: bool) -> list[Item]:
    """Return the items, each key once; raise OhmyError for two files of one key."""
    found: dict[str, Item] = {}
    for one in items:
        other = found.setdefault(one.key, one)
        same = other.sha512 == one.sha512 if by_content else other.source == one.source
        if not same:
            hint = "Give each its own key, or name the directory above both."
            raise OhmyError(f"{other.source} and {one.source} would both become {one.key}.", hint)
    return list(found.values())


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
    except errors.AwsError as exc:
        if exc.code in s3.FORBIDDEN:
            return {}
        raise


def _by_head(client: t.Any, bucket: str, item: Item) -> dict[str, t.Any] | None:
    """Return the object of an item with its ``ETag`` and ``sha256`` (None: not told), or None where there is none."""
    what = f"look at s3://{bucket}/{item.key}"
    try:
        answer = errors.call_or_none(what, client.head_object, Bucket=bucket, Key=item.key)
    except errors.AwsError as exc:
        raise s3.refused(exc) from exc
    return None if answer is None else {"ETag": answer["ETag"], "sha256": answer.get("Metadata", {}).get(SHA256)}


def look(client: t.Any, bucket: str, half: Half) -> None:
    """Find out which items are not in S3 yet.

    An object counts as this file when the manifest names its ETag and the file's sha256 for it; by content, when it is
    there with the file's size, as its name holds the digest and S3 shows no half object. Where an interrupted upload
    left objects without a manifest, these alone are asked one by one.
    """
    keys = [one.key for one in half.items]
    pages = len(keys) // 1000 + SPARE_PAGES
    half.there, end = s3.between(client, bucket, half.prefix, min(keys), max(keys), pages)
    unlisted = [one for one in half.items if end is not None and one.key > end]
    same_size = [one for one in half.items if one.key in half.there and half.there[one.key]["Size"] == one.size]
    if half.by_content:
        asked, done = unlisted, {one.key for one in same_size}
    else:
        told = _manifest(client, bucket, manifest_key(half.prefix))
        # Of what lies outside of the listing nothing new is known, and the manifest goes on telling of it.
        first, last = min(keys), max(keys) if end is None else end
        seen = {key for key in told if first <= key <= last}
        stale = {key for key in seen if told[key].get("etag") != half.there.get(key, {}).get("ETag")}
        half.told = {key: told[key] for key in told if key not in stale}
        done = {one.key for one in same_size if half.told.get(one.key, {}).get("sha256") == one.sha256}
        asked = [one for one in same_size if one.key not in half.told] + unlisted
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        answers = list(pool.map(lambda one: _by_head(client, bucket, one), asked))
    for one, answer in zip(asked, answers):
        if answer is not None:
            half.there[one.key] = answer
        if answer is not None and answer["sha256"] == one.sha256:
            done.add(one.key)
    half.lacking = [one for one in half.items if one.key not in done]


def plan(bucket: str, exists: bool, halves: list[Half]) -> Plan:
    """Return what is to be done; pure."""
    todo = Plan()
    if not exists:
        todo.add("create", f"bucket {bucket}", None, "private")
    for half in halves:
        for one in half.lacking:
            old = half.told.get(one.key, {}).get("sha256", "another content") if one.key in half.there else None
            todo.add("upload", one.key, old, one.sha256)
    return todo


def _remember(client: t.Any, bucket: str, half: Half, sent: dict[str, str]) -> list[str]:
    """Write the manifest, last and only where it would say something new; return a warning where that is refused."""
    told = {}
    for one in half.items:
        told[one.key] = {"etag": sent.get(one.key) or half.there[one.key]["ETag"], "sha256": one.sha256}
    if all(half.told.get(key) == told[key] for key in told):
        return []
    whole = {"schema": MANIFEST_SCHEMA, "prefix": half.prefix, "objects": {**half.told, **told}}
    key = manifest_key(half.prefix)
    try:
        s3.put(client, bucket, key, json.dumps(whole, sort_keys=True).encode())
    except errors.AwsError as exc:
        if exc.code not in s3.FORBIDDEN:
            raise
        return [f"The manifest s3://{bucket}/{key} may not be written: the next run asks for each file one by one."]
    return []


@contextlib.contextmanager
def _kept_alive(client: t.Any, bucket: str, prefix: str | None) -> t.Iterator[None]:
    """Renew the lease of the cluster with this prefix, if any, once a minute: nobody else does during an upload."""
    over = threading.Event()

    def renew() -> None:
        key = cluster_keys.lease(prefix or "")
        while True:
            with contextlib.suppress(errors.AwsError):
                have = lease.parse(s3.get(client, bucket, key))
                new = lease.prolonged(have, int(time.time()), LEASE_SECONDS) if have is not None else None
                if new is not None and new != have:
                    s3.put(client, bucket, key, lease.text(new))
            if over.wait(LEASE_PAUSE):
                return

    keeper = threading.Thread(target=renew, daemon=True) if prefix is not None else None
    if keeper is not None:
        keeper.start()
    try:
        yield
    finally:
        over.set()
        if keeper is not None:
            keeper.join(timeout=30)


def apply(clients: Clients, bucket: str, exists: bool, halves: list[Half], lease_prefix: str | None) -> list[str]:
    """Upload what is lacking, then tell of it in the manifests; return warnings."""
    if not exists:
        buckets.create(clients.s3, bucket, clients.region)
    warnings: list[str] = []
    for half in halves:
        sent: dict[str, str] = {}
        if half.lacking:
            with _kept_alive(clients.s3, bucket, lease_prefix):
                sent = transfer.send(clients.s3, bucket, half.lacking)
        if not half.by_content:
            warnings += _remember(clients.s3, bucket, half, sent)
    return warnings


def _is_url(source: str) -> bool:
    return source.lower().startswith(_ADDRESSES)


def read_archives(wanted: list[dict[str, t.Any]], prefix: str) -> list[Item]:
    """Return the local archives in their order; raise OhmyError for a wrong sha512, or a URL without one."""
    for one in wanted:
        if _is_url(one["source"]) and not one.get("sha512"):
            raise OhmyError(f"archives: {one['source']} needs its sha512.", "Nodes take no archive unchecked.")
    local = [one for one in wanted if not _is_url(one["source"])]
    items = read_all(expand([{"source": one["source"], "kind": "file"} for one in local], Rules()), prefix, True)
    for one, item in zip(local, items):
        if one.get("sha512") and one["sha512"].lower() != item.sha512:
            hint = "Fetch or build it again, or correct the sha512."
            raise OhmyError(f"{one['source']} has sha512 {item.sha512[:16]}…, {one['sha512'][:16]}… is wanted.", hint)
    return items


def run(clients: Clients, params: dict[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    """Upload items and archives of the module's options; return its result."""
    bucket, by_content = s3.checked_bucket(params["bucket"]), params["content_address"]
    prefix = f"{params['prefix'].rstrip('/')}/" if params["prefix"] else ""
    packed = read_archives(params["archives"], prefix)
    rules = Rules(tuple(params["exclude"]), params["links"] == "follow")
    loose = read_all(expand(params["items"], rules), prefix, by_content)
    halves = [Half(distinct(packed, True), True), Half(distinct(loose, by_content), by_content)]
    halves = [half for half in halves if half.items]
    exists = s3.bucket_exists(clients, bucket)
    if not exists and not params["create_bucket"]:
        raise OhmyError(f"Bucket {bucket} does not exist.", "Set create_bucket, or make it first (job_bucket).")
    for half in halves:
        if exists:
            look(clients.s3, bucket, half)
        else:
            half.lacking = list(half.items)
    todo = plan(bucket, exists, halves)
    warnings = [] if check_mode else apply(clients, bucket, exists, halves, params["lease"])
    lacking = {one.key for half in halves for one in half.lacking}
    items = [one for half in halves for one in half.items]
    local = iter(packed)
    named = [one if _is_url(one["source"]) else next(local) for one in params["archives"]]
    return todo.result(
        bucket=bucket,
        uploaded=[one.key for one in items if one.key in lacking],
        kept=[one.key for one in items if one.key not in lacking],
        bytes=sum(one.size for half in halves for one in half.lacking),
        objects=[one.public() for one in items],
        archives=[
            (
                {"url": f"s3://{bucket}/{one.key}", "sha512": one.sha512}
                if isinstance(one, Item)
                else {"url": one["source"], "sha512": one["sha512"]}
            )
            for one in named
        ],
        **({"warnings": warnings} if warnings else {}),
    )
