# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The metadata service of EC2, version 2 only."""

from __future__ import annotations

import calendar
import json
import time
import urllib.error
import urllib.request

from .._core.errors import OhmyError

ADDRESS = "http://169.254.169.254/latest/"
# Keys are asked for again this many seconds before they expire.
MARGIN = 300
# Never by way of a proxy: it would ask its own machine's service.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Imds:
    """One instance's metadata; see
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html.
    """

    def __init__(self, address: str = ADDRESS, limit: float = 120.0) -> None:
        """Remember the address; ``limit`` seconds are given to a service that is late."""
        self.address, self.limit = address, limit
        self._token = ""
        self._keys: tuple[str, str, str] | None = None
        self._until = 0.0

    def _ask(self, path: str, method: str = "GET", **headers: str) -> str:
        named = {f"X-aws-ec2-metadata-{name.replace('_', '-')}": value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, method=method, headers=named)
        with DIRECT.open(request, timeout=5) as answer:
            text: bytes = answer.read()
        return text.decode()

    def get(self, path: str) -> str:
        """Return the text at ``meta-data/…``, waiting a limited time for a late service or role."""
        deadline = time.monotonic() + self.limit
        while True:
            try:
                self._token = self._token or self._ask("api/token", "PUT", token_ttl_seconds="21600")
                return self._ask(path, token=self._token)
            except (OSError, ValueError) as exc:
                if isinstance(exc, urllib.error.HTTPError) and exc.code == 401:
                    self._token = ""
                if time.monotonic() > deadline:
                    raise OhmyError(
                        f"The metadata service does not tell {path}: {exc}.",
                        "See whether the instance has its profile and lets its metadata be asked.",
                    ) from exc
                time.sleep(0.5)

    def keys(self) -> tuple[str, str, str]:
        """Return (access key, secret key, session token) of the instance's role, while they last."""
        if self._keys is None or time.time() > self._until:
            folder = "meta-data/iam/security-credentials/"
            try:
                found = json.loads(self.get(folder + self.get(folder).split()[0]))
                self._keys = (found["AccessKeyId"], found["SecretAccessKey"], found["Token"])
                self._until = _epoch(found["Expiration"]) - MARGIN
            except (ValueError, KeyError, IndexError) as exc:
                raise OhmyError("The metadata service has no keys for this instance.", "See its profile.") from exc
        return self._keys


def _epoch(text: str) -> float:
    return float(calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")))
