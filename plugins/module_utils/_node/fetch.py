# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Bring an archive's bytes to a file: from S3, from a web server, or from the node itself."""

from __future__ import annotations

import hashlib
import http.client
import random
import time
import typing as t
import urllib.error
import urllib.parse
import urllib.request

from .._core import s3_uri
from .._core.errors import OhmyError
from .s3 import S3

ATTEMPTS = 5
TIMEOUT = 60
LONGEST = 900  # seconds for one archive, tries and all
PASSING = (408, 429, 500, 502, 503, 504)
SCHEMES = ("s3", "https", "http", "file")


def local(url: str) -> str | None:
    """Return the path of an archive that is brought to the node by somebody else, None for one that is fetched."""
    if url.startswith("file://"):
        return urllib.parse.unquote(url[len("file://") :])
    return url if url.startswith("/") else None


def download(url: str, path: str, sha512: str, document: t.Mapping[str, t.Any]) -> None:
    """Write the bytes at a URL into a file and check them.

    :raises OhmyError: they cannot be had, or are others than they should be.
    """
    if s3_uri.is_s3(url):
        bucket, key = s3_uri.split(url)
        S3.from_document(document, bucket).get_to_file(key, path, sha512)
        return
    place = local(url)
    found = _copy(place, path) if place is not None else _web(url, path)
    if found != sha512.lower():
        raise OhmyError(
            f"{url} has the sha512 {found[:16]}…, not {sha512[:16]}…, and was not used.",
            "See whether the checksum belongs to this version of the archive.",
        )


def sha512_of(path: str) -> str | None:
    """Return the sha512 of a file, None where there is none."""
    digest = hashlib.sha512()
    try:
        with open(path, "rb") as source:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
    except (FileNotFoundError, IsADirectoryError):
        return None
    return digest.hexdigest()


def _copy(source: str, path: str) -> str:
    try:
        with open(source, "rb") as stream:
            return _write(stream, path, time.monotonic() + LONGEST)
    except FileNotFoundError as exc:
        raise OhmyError(f"The archive {source} is not on this node.", "Run the playbook, which brings it.") from exc


def _web(url: str, path: str) -> str:
    """Fetch from a web server, again after what may pass by itself."""
    deadline = time.monotonic() + LONGEST
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.build_opener().open(url, timeout=TIMEOUT) as answer:
                expected = answer.headers.get("Content-Length")
                found = _write(answer, path, deadline, None if expected is None else int(expected))
            return found
        except urllib.error.HTTPError as exc:
            error = OhmyError(f"{url} cannot be fetched: the server answered {exc.code} {exc.reason}.", "See the URL.")
            if exc.code not in PASSING:
                raise error from exc
        except urllib.error.URLError as exc:
            error = OhmyError(f"{url} cannot be fetched: {exc.reason}.", "The node needs a way to that server.")
        except (ConnectionError, TimeoutError, http.client.HTTPException) as exc:
            error = OhmyError(
                f"{url} cannot be fetched: {str(exc) or type(exc).__name__}.", "The server stopped midway."
            )
        if attempt + 1 < ATTEMPTS and time.monotonic() < deadline:
            time.sleep(random.uniform(0.1, 0.4) * 2**attempt)
    raise error


def _write(source: t.Any, path: str, deadline: float, expected: int | None = None) -> str:
    digest = hashlib.sha512()
    with open(path, "wb") as out:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
            if time.monotonic() > deadline:
                raise OhmyError(
                    f"The archive did not come within {LONGEST} s.",
                    "The way from the node to the server is too slow: keep the archive nearer, for example in S3.",
                )
        if expected is not None and out.tell() != expected:
            raise http.client.IncompleteRead(b"", expected - out.tell())
    return digest.hexdigest()
