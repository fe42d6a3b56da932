# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Signature Version 4, as the receiving side: who signed a request, and whether it is theirs."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import hmac
import re
import typing as t
import urllib.parse

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW_SECONDS = 15 * 60
UNSIGNED = "UNSIGNED-PAYLOAD"
DATE_FORMAT = "%Y%m%dT%H%M%SZ"


class AuthError(Exception):
    """A request that AWS refuses; ``code`` is AWS's name for the reason."""

    def __init__(self, code: str, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclasses.dataclass(frozen=True)
class Request:
    """An HTTP request as it was sent; header names in lower case."""

    method: str
    raw_path: str
    raw_query: str
    headers: t.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Claim:
    """What a request says about its signature."""

    access_key: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    token: str | None = None
    expires: int | None = None  # seconds; presigned requests only


def claim(request: Request) -> Claim:
    """Return the claim in the Authorization header or the query of a presigned URL; raise AuthError without one."""
    header = request.headers.get("authorization", "")
    query = dict(urllib.parse.parse_qsl(request.raw_query, keep_blank_values=True))
    if header.startswith(ALGORITHM):
        fields = dict(re.findall(r"(Credential|SignedHeaders|Signature)=([^,\s]+)", header))
        timestamp, token, expires = (
            request.headers.get("x-amz-date", ""),
            request.headers.get("x-amz-security-token"),
            None,
        )
    elif query.get("X-Amz-Algorithm") == ALGORITHM:
        fields = {name: query.get(f"X-Amz-{name}", "") for name in ("Credential", "SignedHeaders", "Signature")}
        timestamp, token = query.get("X-Amz-Date", ""), query.get("X-Amz-Security-Token")
        expires = int(query.get("X-Amz-Expires", "0") or 0)
    else:
        raise AuthError("AccessDenied", "Access Denied")
    scope = fields.get("Credential", "").split("/")
    if len(scope) != 5 or scope[4] != "aws4_request" or not fields.get("Signature"):
        raise AuthError("AuthorizationHeaderMalformed", "The authorization header is malformed.", 400)
    names = tuple(fields.get("SignedHeaders", "").split(";"))
    return Claim(scope[0], scope[1], scope[2], scope[3], names, fields["Signature"], timestamp, token, expires)


def check_time(made: Claim, now: datetime.datetime) -> None:
    """Raise AuthError when a request was signed too long ago or too far ahead."""
    try:
        signed = datetime.datetime.strptime(made.timestamp, DATE_FORMAT).replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        raise AuthError("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header") from None
    age = (now - signed).total_seconds()
    if made.expires is not None:
        if age > made.expires:
            raise AuthError("AccessDenied", "Request has expired")
    elif abs(age) > SKEW_SECONDS:
        raise AuthError(
            "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
        )


def encode(text: str, safe: str = "") -> str:
    """Percent-encode as SigV4 does."""
    return urllib.parse.quote(text, safe=f"-_.~{safe}")


def canonical_query(raw_query: str) -> str:
    """Return the query string as it is signed: decoded, encoded, sorted, without the signature itself."""
    pairs = []
    for part in raw_query.split("&") if raw_query else []:
        name, _, value = part.partition("=")
        name, value = urllib.parse.unquote(name), urllib.parse.unquote(value.replace("+", "%20"))
        if name != "X-Amz-Signature":
            pairs.append((encode(name), encode(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def canonical_request(request: Request, made: Claim, payload_hash: str) -> str:
    """Return the text whose hash is signed."""
    path = encode(urllib.parse.unquote(request.raw_path or "/"), "/")
    if made.service != "s3":
        path = encode(path, "/")
    headers = [f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in made.signed_headers]
    parts = [request.method, path, canonical_query(request.raw_query), "".join(headers)]
    return "\n".join([*parts, ";".join(made.signed_headers), payload_hash])


def signature(secret: str, made: Claim, canonical: str) -> str:
    """Return the signature that the owner of ``secret`` would have made."""
    key = f"AWS4{secret}".encode()
    for part in (made.date, made.region, made.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    scope = f"{made.date}/{made.region}/{made.service}/aws4_request"
    text = "\n".join([ALGORITHM, made.timestamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def payload_hash(request: Request, made: Claim, body: bytes | None) -> str:
    """Return the payload hash that was signed.

    :param body: the body, or None when it is too long to be held; then S3's header is believed.
    """
    if made.expires is not None:
        return UNSIGNED
    declared = request.headers.get("x-amz-content-sha256")
    if declared is None:
        return hashlib.sha256(body or b"").hexdigest()
    named = re.fullmatch(r"[0-9a-f]{64}", declared) is not None
    if named and body is not None and hashlib.sha256(body).hexdigest() != declared:
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise AuthError("XAmzContentSHA256Mismatch", message, 400)
    return declared


def verify(request: Request, made: Claim, secret: str, body: bytes | None) -> None:
    """Raise AuthError unless the request was signed with ``secret``, with its host among what was signed."""
    if "host" not in made.signed_headers:
        raise AuthError("SignatureDoesNotMatch", "The host header must be signed.")
    wanted = signature(secret, made, canonical_request(request, made, payload_hash(request, made, body)))
    if not hmac.compare_digest(wanted, made.signature):
        message = "The request signature we calculated does not match the signature you provided."
        raise AuthError("SignatureDoesNotMatch", message)
