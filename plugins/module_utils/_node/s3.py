# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Read and write S3 with an instance's own role, by the standard library alone.

Requests are signed as in
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html; the keys come from
the metadata service (IMDSv2) and never leave this process.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import http.client
import io
import random
import time
import typing as t
import urllib.error
import urllib.parse
import urllib.request
from xml.etree import ElementTree

from .._core.errors import OhmyError
from .imds import Imds

ATTEMPTS = 6
TIMEOUT = 30
LONGEST = 900  # seconds for one object, tries and all
TRANSIENT = (OSError, http.client.HTTPException)
# What S3 says, with the status 400, where a bucket's name leads into its own region right away, and between regions that
# an account has to enable.
ELSEWHERE = ("AuthorizationHeaderMalformed", "IllegalLocationConstraintException")
T = t.TypeVar("T")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signature holds for one host: a redirect is an error to be told."""

    def redirect_request(self, *_args: t.Any, **_more: t.Any) -> None:
        """Refuse."""


OPENER = urllib.request.build_opener(_NoRedirect)


class S3Error(OhmyError):
    """A refused request; ``status`` is its HTTP status, 0 when there was no answer."""

    def __init__(self, message: str, status: int, hint: str = "") -> None:
        super().__init__(message, hint, status=status)
        self.status = status

    @property
    def elsewhere(self) -> bool:
        """Tell whether the bucket lies in another region, which s3a finds and this client does not."""
        said = any(f": {code}: " in self.message for code in ELSEWHERE)
        return self.status in (301, 307) or (self.status == 400 and said)


class S3:
    """One bucket, as an instance sees it."""

    def __init__(
        self,
        endpoint: str,
        region: str,
        bucket: str,
        path_style: bool,
        credentials: t.Any = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        """Remember where the bucket is; ``credentials`` has a method ``keys()`` → access, secret, token."""
        self.endpoint = urllib.parse.urlsplit(endpoint)
        self.region, self.bucket, self.path_style, self.attempts = region, bucket, path_style, attempts
        self.credentials = credentials if credentials is not None else Imds()

    @classmethod
    def from_document(
        cls,
        document: t.Mapping[str, t.Any],
        bucket: str | None = None,
        credentials: t.Any = None,
        attempts: int = ATTEMPTS,
    ) -> S3:
        """Return the S3 of a node document, its own bucket or another one."""
        where = document["s3"]
        name = bucket or where["bucket"]
        return cls(where["endpoint"], where["region"], name, where["path_style"], credentials, attempts)

    def _place(self, key: str) -> tuple[str, str]:
        path = "/" + urllib.parse.quote(key, safe="/~")
        if self.path_style:
            return self.endpoint.netloc, f"/{self.bucket}{path}"
        return f"{self.bucket}.{self.endpoint.netloc}", path

    def _signed(self, method: str, host: str, path: str, query: str, payload: str) -> dict[str, str]:
        access, secret, token = self.credentials.keys()
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        head = {"host": host, "x-amz-content-sha256": payload, "x-amz-date": now}
        if token:
            head["x-amz-security-token"] = token
        names = ";".join(sorted(head))
        lines = "".join(f"{name}:{head[name]}\n" for name in sorted(head))
        asked = "\n".join([method, path, query, lines, names, payload])
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(asked.encode()).hexdigest()])
        key = f"AWS4{secret}".encode()
        for part in (*scope.split("/"), text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        head["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
        )
        return head

    def _once(self, method: str, key: str, query: str, body: bytes, span: str = "") -> t.Any:
        host, path = self._place(key)
        headers = self._signed(method, host, path, query, hashlib.sha256(body).hexdigest())
        if span:
            headers["range"] = span
        url = f"{self.endpoint.scheme}://{host}{path}" + (f"?{query}" if query else "")
        if body:
            headers["content-type"] = "application/octet-stream"
        request = urllib.request.Request(url, data=body or None, method=method, headers=headers)
        return OPENER.open(request, timeout=TIMEOUT)

    def _retry(self, what: str, work: t.Callable[[], T]) -> T:
        """Do ``work``, again after what may pass by itself; raise S3Error for the rest."""
        for attempt in range(self.attempts):
            try:
                return work()
            except urllib.error.HTTPError as exc:
                error = S3Error(f"S3 answered {exc.code} to {what}: {_reason(exc)}", exc.code, _hint(exc.code))
                if exc.code not in (429, 500, 502, 503, 504):
                    raise error from exc
            except TRANSIENT as exc:
                error = S3Error(f"S3 did not answer to {what}: {exc}", 0, "The node needs a way to S3.")
            if attempt + 1 < self.attempts:
                time.sleep(random.uniform(0.1, 0.4) * 2**attempt)
        raise error

    def _request(self, method: str, key: str, query: str = "", body: bytes = b"", span: str = "") -> bytes:
        def work() -> bytes:
            with self._once(method, key, query, body, span) as answer:
                read: bytes = answer.read()
            return read

        return self._retry(f"{method} s3://{self.bucket}/{key}", work)

    def get(self, key: str) -> bytes:
        """Return an object's bytes."""
        return self._request("GET", key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Return bytes of an object, fewer at its end; ``start`` lies within it."""
        return self._request("GET", key, span=f"bytes={start}-{start + length - 1}")

    def put(self, key: str, body: bytes) -> None:
        """Write an object."""
        self._request("PUT", key, body=body)

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        self._request("DELETE", key)

    def get_to_file(self, key: str, path: str, sha512: str) -> None:
        """Stream an object into a file and check it; raise OhmyError where the checksum differs."""

        deadline = time.monotonic() + LONGEST

        def work() -> str:
            digest = hashlib.sha512()
            with self._once("GET", key, "", b"") as answer, open(path, "wb") as out:
                expected = answer.headers.get("Content-Length")
                while chunk := answer.read(1 << 20):
                    digest.update(chunk)
                    out.write(chunk)
                    if time.monotonic() > deadline:
                        raise S3Error(f"s3://{self.bucket}/{key} did not come within {LONGEST} s.", 0)
                if expected is not None and out.tell() != int(expected):
                    raise http.client.IncompleteRead(b"", int(expected) - out.tell())
            return digest.hexdigest()

        found = self._retry(f"GET s3://{self.bucket}/{key}", work)
        if found != sha512.lower():
            raise OhmyError(
                f"s3://{self.bucket}/{key} has the sha512 {found[:16]}…, not {sha512[:16]}…, and was not used.",
                "Upload the archive again.",
            )

    def page(self, prefix: str, token: str = "") -> tuple[list[dict[str, t.Any]], str]:
        """Return at most 1,000 objects below ``prefix`` by one call, and the token of the next ones, "" for none."""
        asked = {"list-type": "2", "prefix": prefix, **({"continuation-token": token} if token else {})}
        query = "&".join(f"{key}={urllib.parse.quote(asked[key], safe='~')}" for key in sorted(asked))
        root = ElementTree.parse(io.BytesIO(self._request("GET", "", query))).getroot()
        space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
        found = []
        for entry in root.iter(f"{space}Contents"):
            value = {child.tag[len(space) :]: child.text or "" for child in entry}
            found.append(
                {
                    "key": value["Key"],
                    "size": int(value["Size"]),
                    "etag": value.get("ETag", "").strip('"'),
                    "last_modified": value["LastModified"],
                }
            )
        return found, root.findtext(f"{space}NextContinuationToken") or ""

    def list(self, prefix: str) -> list[dict[str, t.Any]]:
        """Return [{"key", "size", "etag", "last_modified"}] of all objects below ``prefix``; a call per 1,000."""
        found, token = self.page(prefix)
        while token:
            more, token = self.page(prefix, token)
            found += more
        return found


def _reason(exc: urllib.error.HTTPError) -> str:
    try:
        root = ElementTree.fromstring(exc.read(65536))
    except (ElementTree.ParseError, OSError):
        return str(exc.reason)
    return f"{root.findtext('Code')}: {root.findtext('Message')}"


def _hint(status: int) -> str:
    if status == 403:
        return "The node's instance profile does not allow it, or the node's clock is wrong."
    if status in (301, 307):
        return "The bucket is in another region."
    return "The bucket or the object is not there." if status == 404 else ""
