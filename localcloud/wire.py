# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and answers as they travel: headers, bodies, errors as each service writes them."""

from __future__ import annotations

import io
import json
import typing as t
import xml.sax.saxutils

Environ = dict[str, t.Any]
StartResponse = t.Callable[..., t.Any]
Application = t.Callable[[Environ, StartResponse], t.Iterable[bytes]]
STATUS = {400: "400 Bad Request", 403: "403 Forbidden", 404: "404 Not Found", 500: "500 Internal Server Error"}


def headers_of(environ: Environ) -> dict[str, str]:
    """Return the request's headers, names in lower case."""
    kept = environ.get("moto.preserved_header_names") or {}  # metadata of objects may have underscores in its names
    found = {
        kept.get(key, key[5:].replace("_", "-")).lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            found[key.replace("_", "-").lower()] = environ[key]
    return found


def hold_body(environ: Environ, limit: int | None) -> bytes | None:
    """Read the body, leave it readable for who comes next; None when it is longer than ``limit``."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    if chunked or (limit is not None and length > limit):
        return None
    body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def error_body(service: str, code: str, message: str, content_type: str = "") -> tuple[str, bytes]:
    """Return content type and body of an error as the service writes it."""
    code, text = xml.sax.saxutils.escape(code), xml.sax.saxutils.escape(message)
    inner = f"<Code>{code}</Code><Message>{text}</Message>"
    if service == "s3":
        return (
            "application/xml",
            f"<?xml version='1.0' encoding='UTF-8'?><Error>{inner}<RequestId>0</RequestId></Error>".encode(),
        )
    if service == "ec2":
        body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>0</RequestID></Response>"
        return "text/xml", body.encode()
    if "json" in content_type:
        return content_type, json.dumps({"__type": code, "message": message}).encode()
    return (
        "text/xml",
        f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>0</RequestId></ErrorResponse>".encode(),
    )
