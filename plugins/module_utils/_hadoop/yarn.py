# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The ResourceManager over HTTP: applications, nodes, kill; and the application master behind its proxy."""

from __future__ import annotations

import json
import re
import time
import typing as t

from .._core.errors import OhmyError
from .rest import Rest, Unreachable, items, number

ROOT = "/ws/v1/cluster"
CONTAINER = re.compile(r"container_(?:e\d+_)?(\d+_\d{4,})_(\d{2,})_\d{6,}$")
ENDED = ("FINISHED", "FAILED", "KILLED")
# Of nodes, those among them that are not there any more.
EVERY_STATE = "NEW,RUNNING,UNHEALTHY,DECOMMISSIONING,DECOMMISSIONED,LOST,REBOOTED,SHUTDOWN"
# Of a ResourceManager that serves; it is INITIALIZING before, STANDBY beside another that does.
ACTIVE = "ACTIVE"
KILL_SECONDS = 30.0
App = dict[str, t.Any]


class ResourceManager:
    """A client of the ResourceManager. Answers are taken as they come: see ``rest.items``."""

    def __init__(self, address: str, port: int = 8088, timeout: float = 10.0) -> None:
        self.rest = Rest("The ResourceManager", address, port, timeout)

    def info(self) -> dict[str, t.Any]:
        """Return {state: STARTED, haState, hadoopVersion, startedOn …}."""
        return (self.rest.get(f"{ROOT}/info") or {}).get("clusterInfo") or {}

    def metrics(self) -> dict[str, int]:
        """Return {activeNodes, lostNodes, unhealthyNodes, totalMB, availableMB, appsPending …} as integers."""
        found = (self.rest.get(f"{ROOT}/metrics") or {}).get("clusterMetrics") or {}
        return {key: int(number(value)) for key, value in found.items() if isinstance(value, (int, float, str))}

    def nodes(self, states: str | None = None) -> list[dict[str, t.Any]]:
        """Return nodes {id, nodeHostName, nodeHTTPAddress, state, healthReport, version …}.

        :param states: comma-separated; by default those that are active or unhealthy.
        """
        return items(self.rest.get(f"{ROOT}/nodes", {"states": states}), "nodes", "node")

    def scheduler(self) -> dict[str, t.Any]:
        """Return {type, maximumAllocation, queues: {queue: [{queueName, state, queues …}]} …}, empty where nobody knows."""
        found = (self.rest.get(f"{ROOT}/scheduler") or {}).get("scheduler") or {}
        return found.get("schedulerInfo") or {}

    def require_recovered(self) -> None:
        """Raise Unreachable while applications of before a restart are being recovered.

        Its door opens earlier (3.5.0: about two seconds), and until then they are unknown there: 404, or missing in
        the list.
        """
        if self.info().get("haState", ACTIVE) != ACTIVE:
            raise Unreachable(
                "The ResourceManager has just started, and does not know its applications yet.",
                "Run the same command again in a minute.",
            )

    def app(self, application_id: str) -> App | None:
        """Return {state, finalStatus, progress, diagnostics, amContainerLogs …} or None where it is unknown.

        :raises Unreachable: it may only be unknown yet.
        """
        path = f"{ROOT}/apps/{application_id}"
        found = (self.rest.get(path) or {}).get("app")
        if not found:
            self.require_recovered()
            found = (self.rest.get(path) or {}).get("app")
        return found if isinstance(found, dict) and found else None

    def apps(self, tag: str | None = None, states: str | None = None) -> list[App]:
        """Return applications, the newest first.

        :param tag: only those that carry it (the ResourceManager knows tags in lower case only).
        :param states: comma-separated.
        :raises Unreachable: some may be unknown yet.
        """
        self.require_recovered()
        params = {"applicationTags": tag.lower() if tag else None, "states": states, "deSelects": "resourceRequests"}
        found = items(self.rest.get(f"{ROOT}/apps", params), "apps", "app")
        if tag:  # an old server that ignored the filter must not hand us a stranger's application
            found = [app for app in found if tag.lower() in str(app.get("applicationTags") or "").lower().split(",")]
        return sorted(found, key=lambda app: number(app.get("startedTime")), reverse=True)

    def attempts(self, application_id: str) -> list[dict[str, t.Any]]:
        """Return the attempts of the application master {id, containerId, nodeHttpAddress, diagnosticsInfo …}."""
        return items(self.rest.get(f"{ROOT}/apps/{application_id}/appattempts"), "appAttempts", "appAttempt")

    def container(self, container: str) -> str:
        """Return ``exit status N`` and the words on a container of an application that runs, nothing where it is unknown."""
        parts = CONTAINER.match(container)
        if not parts:
            return ""
        application, attempt = f"application_{parts.group(1)}", f"appattempt_{parts.group(1)}_{int(parts.group(2)):06d}"
        answer = self.rest.get(f"{ROOT}/apps/{application}/appattempts/{attempt}/containers", tries=1)
        for found in items(answer, "containers", "container") or items(answer, "container"):
            if found.get("containerId") == container and found.get("containerState") == "COMPLETE":
                return f"exit status {found.get('containerExitStatus')}\n{found.get('diagnosticsInfo') or ''}"
        return ""

    def kill(self, application_id: str, user: str = "hadoop", wait: float = KILL_SECONDS) -> str:
        """Kill an application and return its state, an ended one; one that ended by itself is left as it is.

        :raises OhmyError: it has not ended after ``wait`` seconds, or may not be killed.
        """
        path = f"{ROOT}/apps/{application_id}/state"
        body = json.dumps({"state": "KILLED"}).encode()
        deadline = time.monotonic() + wait
        while True:
            app = self.app(application_id)
            if app is None:
                raise OhmyError(
                    f"The ResourceManager knows no application {application_id}.",
                    "It may have forgotten it in a restart; see yarn application -list -appStates ALL.",
                )
            if app.get("state") in ENDED:
                return str(app["state"])
            answer = self.rest.request("PUT", path, {"user.name": user}, body, {"Content-Type": "application/json"})
            # 400 is its answer to the kill of one that has just ended.
            if answer.status >= 400 and answer.status != 400:
                raise self.rest.refused(answer, f"to kill {application_id}")
            if time.monotonic() >= deadline:
                raise OhmyError(
                    f"The application {application_id} has not ended {wait:.0f} s after it was killed.",
                    f"On the master: yarn application -kill {application_id}",
                )
            time.sleep(0.3)

    def proxied(self, application_id: str, path: str, params: dict[str, t.Any] | None = None) -> t.Any:
        """Return JSON from a running application's master, None where it has none (any more)."""
        return self.rest.get(f"/proxy/{application_id}{path}", params, tries=1)
