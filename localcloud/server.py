# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one process of a cloud: API, metadata, names, and the reconciler."""

from __future__ import annotations

import configparser
import json
import logging
import os
import signal
import threading
import typing as t

from . import backends, dns, image, quotas, spot
from .delays import PROFILES
from .network import Vpc
from .paths import DNS_PORT, METADATA_PORT, Doors, State
from .process import own_record


def credentials(state: State) -> tuple[str, str]:
    """Return the administrator's key from the AWS config file."""
    parser = configparser.ConfigParser()
    parser.read(state.aws_config)
    section = parser["profile localcloud"]
    return section["aws_access_key_id"], section["aws_secret_access_key"]


def serve(state: State, vpc: Vpc, recipe_digest: str, profile: str, doors: Doors, play: str | None) -> None:
    """Serve until killed; on paper, ``play`` is the file whose function plays the instances."""
    record = {**own_record(), "vpc": vpc.cidr, "image": recipe_digest, "profile": profile, **doors.record()}
    state.record.write_text(json.dumps(record), encoding="utf-8")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    ami_id = image.ami_id(recipe_digest)
    backends.configure(state.root, ami_id)
    from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

    from .api import FrontDoor
    from .faults import Faults
    from .metadata import Metadata
    from .paper import PaperMachines, load
    from .reconciler import Reconciler

    quotas.install()
    account = backends.Account(vpc.cidr, ami_id, *credentials(state))
    delays, faults = PROFILES[profile], Faults(state.faults)
    reconciler: Reconciler
    if doors.paper:
        reconciler = PaperMachines(state, account, delays, faults, load(play))
    else:
        reconciler = Reconciler(state, vpc, account, image.reference(recipe_digest), delays, faults)
        dns.serve(vpc.gateway, DNS_PORT, vpc.network)
        _listen(vpc.gateway, METADATA_PORT, Metadata(account, state.spot), None)
    reconciler.start()
    spot.watch(state.spot, account, reconciler.scan)
    moto = DomainDispatcherApplication(create_backend_app)
    _listen(doors.address, doors.port, FrontDoor(moto, account, reconciler), MotoRequestHandler)
    logging.getLogger("localcloud").info("serving on %s:%s", doors.address, doors.port)
    threading.Event().wait()


def _listen(address: str, port: int, application: t.Any, handler: t.Any) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(handler or WSGIRequestHandler):  # type: ignore[misc]
        """Log no request: paths and queries may carry what a log must not."""

        def log_request(self, code: t.Any = "-", size: t.Any = "-") -> None:
            return

    server = make_server(address, port, application, threaded=True, request_handler=Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, name=f"port-{port}", daemon=True).start()
