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

from . import backends, dns, image, quick, quotas, spot
from .delays import PROFILES
from .listening import listen
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
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

    from .api import FrontDoor
    from .faults import Faults
    from .fleet import Fleet
    from .limits import Limits
    from .metadata import Metadata
    from .paper import PaperMachines, load
    from .reconciler import Reconciler

    quick.install()
    quotas.install(quotas.OF_A_FLEET if doors.fleet else quotas.VCPUS)
    account = backends.Account(vpc.cidr, ami_id, *credentials(state))
    delays, faults = PROFILES[profile], Faults(state.faults)
    reconciler: Reconciler
    limits = Limits() if doors.fleet else None
    if doors.fleet:
        reconciler = Fleet(state, vpc, account, delays, faults)
    elif doors.paper:
        reconciler = PaperMachines(state, vpc, account, delays, faults, load(play))
    else:
        reconciler = Reconciler(state, vpc, account, image.reference(recipe_digest), delays, faults)
        dns.serve(vpc.gateway, DNS_PORT, vpc.network)
        listen(vpc.gateway, METADATA_PORT, Metadata(account, state.spot))
    reconciler.start()
    spot.watch(state.spot, account, reconciler.scan)
    moto = DomainDispatcherApplication(create_backend_app)
    listen(doors.address, doors.port, FrontDoor(moto, account, reconciler, limits), MotoRequestHandler)
    logging.getLogger("localcloud").info("serving on %s:%s", doors.address, doors.port)
    threading.Event().wait()
