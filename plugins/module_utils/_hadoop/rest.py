# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""HTTP with Hadoop's daemons: bounded in time, tried again where that is safe, errors in words."""

from __future__ import annotations

import http.client
import json
import re
import time
import typing as t
import urllib.parse
from dataclasses import dataclass, field

from .._core.errors import OhmyError

PAUSES = (0.2, 0.5, 1.0)
SAFE_IN_URL = "%/:=&?~#+!$,;'@()*[]"
Params = t.Mapping[str, t.Any]


class Unreachable(OhmyError):
    """A daemon's door did not answer: refused, reset or too slow."""


class Refused(OhmyError):
    """A daemon answered with an error: ``status`` of HTTP, ``exception`` of Java where it named one."""

    def __init__(self, message: str, hint: str = "", status: int = 0, exception: str = "") -> None:
        super().__init__(message, hint)
        self.status = status
        self.exception = exception


@dataclass
class Answer:
    """A whole answer: ``headers`` by lower-case name."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_json(self) -> bool:
        """Tell whether the body claims to be JSON."""
        return "json" in self.headers.get("content-type", "")

    def json(self) -> t.Any:
        """Return the body as JSON; an empty one is None."""
        return json.loads(self.body.decode("utf-8", "replace")) if self.body.strip() else None


class Rest:
    """One daemon's HTTP door.

    :param name: what the user knows it as, for messages.
    :param timeout: seconds for connecting, and between two bytes.
    """

    def __init__(self, name: str, address: str, port: int, timeout: float = 10.0) -> None:
        self.name = name
        self.address = address
        self.port = port
        self.timeout = timeout

    def connect(self, address: str | None = None, port: int | None = None) -> http.client.HTTPConnection:
        """Return a connection, not opened yet, to this door or to another of the same patience."""
        return http.client.HTTPConnection(address or self.address, port or self.port, timeout=self.timeout)

    def request(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        body: t.Any = None,
        headers: t.Mapping[str, str] | None = None,
        tries: int = 3,
    ) -> Answer:
        """Return the answer, whatever its status; redirects are not followed.

        :param path: quoted already; ``params`` are quoted here, None leaves one out.
        :raises Unreachable: no answer after ``tries``.
        """
        target = path + query(params)
        for attempt in range(tries):
            connection = self.connect()
            try:
                connection.request(method, target, body=body, headers={"Accept": "application/json", **(headers or {})})
                response = connection.getresponse()
                return Answer(response.status, response.read(), lower(response.getheaders()))
            except (OSError, http.client.HTTPException) as exc:
                if attempt == tries - 1:
                    raise self.unreachable(exc) from exc
            finally:
                connection.close()
            time.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
        raise self.unreachable(ValueError("no try was allowed"))

    def get(self, path: str, params: Params | None = None, tries: int = 3) -> t.Any:
        """Return JSON, None for a 404, or for something else than JSON (a page after a redirect).

        :raises Refused: any other error status.
        """
        answer = self.request("GET", path, params, tries=tries)
        if answer.status == 404 or 300 <= answer.status < 400:
            return None
        if answer.status >= 400:
            raise self.refused(answer, path)
        return answer.json() if answer.is_json else None

    def namenode_bean(self, name: str, tries: int = 3) -> dict[str, t.Any]:
        """Return what a NameNode tells of itself under this name, nothing where it does not (yet)."""
        found = items(self.get("/jmx", {"qry": f"Hadoop:service=NameNode,name={name}"}, tries=tries), "beans")
        return found[0] if found else {}

    def refused(self, answer: Answer, what: str) -> Refused:
        """Return the error for an answer of 400 and above, in the words of its exception."""
        exception, message = "", ""
        try:
            remote = (answer.json() or {}).get("RemoteException") or {}
            exception, message = str(remote.get("exception") or ""), str(remote.get("message") or "")
        except (ValueError, AttributeError):
            pass
        message = " ".join(strip_java(message).split()) or f"HTTP status {answer.status}"
        return Refused(f"{self.name} refused {what}: {message}", "", answer.status, exception)

    def unreachable(self, exc: BaseException) -> Unreachable:
        """Return the error for a door that does not answer."""
        reason = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
        return Unreachable(
            f"{self.name} at {self.address}:{self.port} does not answer: {reason}.",
            "See whether its unit runs and whether its memory sufficed: systemctl status 'hadoop-*' on the master.",
        )


def query(params: Params | None) -> str:
    """Return a query string with its question mark, or nothing."""
    pairs = [(key, str(value)) for key, value in (params or {}).items() if value is not None]
    return "?" + urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote) if pairs else ""


def split_location(location: str) -> tuple[str, int, str]:
    """Return (host, port, path with query) of a redirect's target, quoted where the daemon did not."""
    parts = urllib.parse.urlsplit(location)
    if not parts.hostname:
        raise OhmyError(
            f"A daemon redirected to {location!r}, which names no host.",
            "See the addresses among that daemon's properties (dfs.datanode.http.address, for one).",
        )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.hostname, parts.port or 80, urllib.parse.quote(target, safe=SAFE_IN_URL)


def lower(headers: t.Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by lower-case name."""
    return {key.lower(): value for key, value in headers}


def strip_java(text: str) -> str:
    """Return a message without stack frames and without the package names of exceptions."""
    lines = [line for line in text.splitlines() if not re.match(r"\s*(at [\w.$<>/@]+\(|\.\.\. \d+ more)", line)]
    return re.sub(r"\b(?:[a-z][\w]*\.)+([A-Z]\w*(?:Exception|Error))\b", r"\1", "\n".join(lines))


def items(data: t.Any, *names: str) -> list[dict[str, t.Any]]:
    """Return the list below nested names, whatever of its forms it took: absent, null, "", {}, one object, a list."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    if isinstance(data, dict):
        return [data] if data else []
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def number(value: t.Any) -> float:
    """Return a number that may have come as a string, 0 for one that has not come at all."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0
