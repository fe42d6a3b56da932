# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The nodes' documents, as ``docs/architecture.md`` has them."""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._core.canonical import dumps
from .._core.errors import OhmyError
from .want import Want, checked_user

SCHEMA = 1
OPTIONAL = ("packages", "task_memory", "profile", "disks")
JAVA_PACKAGE = {"package": "openjdk-17-jre-headless"}


def folder(cluster: str) -> str:
    """Return where all that was ever launched by this name keeps its things, ending in a slash."""
    return f"clusters/{cluster}/"


def prefix(cluster: str, incarnation: str) -> str:
    """Return the cluster's prefix, ending in a slash."""
    return f"{folder(cluster)}{incarnation}/"


def bundle_key(at: str, sha256: str) -> str:
    """Return the key of the node bundle."""
    return f"{at}bundle/{sha256}.pyz"


def render(
    want: Want,
    incarnation: str,
    role: str,
    master: str,
    address: dict[str, t.Any],
    bucket: str,
    launched: tuple[int, int],
) -> bytes:
    """Return a role's document as canonical JSON; raise OhmyError when a part is missing.

    :param launched: with how many workers, and nodes that only compute, the cluster was launched, which stays when it
        grows: nobody has to restart for it.
    """
    given = want.document
    if not isinstance(given.get("hadoop"), dict) or not given["hadoop"].get("url"):
        raise OhmyError("document: hadoop with url and sha512 is missing.", "Give what s3_upload returned.")
    at = prefix(want.name, incarnation)
    whole = {
        "schema": SCHEMA,
        "cluster": want.name,
        "incarnation": incarnation,
        "role": role,
        "master": master,
        "workers": launched[0],
        "s3": {**address, "bucket": bucket, "prefix": at},
        "hadoop": given["hadoop"],
        "java": given.get("java") or JAVA_PACKAGE,
        "properties": given.get("properties") or {},
        "packages": given.get("packages") or [],
        "lease": want.ttl > 0,
        "ssh_user": want.ssh_user,
        **{name: given[name] for name in OPTIONAL if given.get(name)},
        **({"compute": launched[1]} if launched[1] else {}),
        **({"spot": True} if want.on_spot(role) else {}),
    }
    return dumps(whole)


def of_role(body: bytes, role: str, master: str) -> bytes:
    """Return the document of another role of the same cluster."""
    return dumps({**json.loads(body), "role": role, "master": master})


def for_spot(body: bytes) -> bytes:
    """Return the document with the watch for the notice that EC2 takes a spot instance back."""
    return dumps({**json.loads(body), "spot": True})


def launched_with(body: bytes | None) -> tuple[int, int] | None:
    """Return with how many workers, and nodes that only compute, a cluster was launched; None if it does not tell."""
    try:
        found = json.loads(body or b"{}")
        return int(found["workers"]), int(found.get("compute", 0))
    except (ValueError, TypeError, KeyError):
        return None


def login(body: bytes | None) -> str | None:
    """Return the user whom the nodes let log in; None if the document does not tell.

    Who may write to the bucket is not to write into an ssh_config: what is no name of a user does not tell.
    """
    try:
        return checked_user(str(json.loads(body or b"{}")["ssh_user"]))
    except (ValueError, TypeError, KeyError, OhmyError):
        return None


def leased(body: bytes | None) -> bool:
    """Tell whether nodes of this document end with the cluster's lease; True if there is no document to tell."""
    try:
        return body is None or bool(json.loads(body)["lease"])
    except (ValueError, TypeError, KeyError):
        return False


def archive_uris(document: t.Mapping[str, t.Any]) -> list[str]:
    """Return the S3 URIs of a document's archives, its overlay among them."""
    hadoop, java = document.get("hadoop") or {}, document.get("java") or {}
    found = [one.get("url") or "" for one in (hadoop, hadoop.get("overlay") or {}, java)]
    return [url for url in found if url.startswith(("s3://", "s3a://"))]


def digest(body: bytes | None) -> str | None:
    """Return the hex sha256 of a document, None for none."""
    return None if body is None else hashlib.sha256(body).hexdigest()
