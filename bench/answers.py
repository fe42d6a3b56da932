# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded answers of AWS, so that what is measured is this machine's share: an account with 500 clusters."""

from __future__ import annotations

import contextlib
import http.server
import re
import threading
import typing as t
import urllib.parse

from tests.end_to_end.support import BIN
from tests.faults.paper import BUCKET
from tests.fleet.fleet import Fleet

from .context import Context
from .fleet import cost, simulated
from .row import Pair

CLUSTERS, WORKERS = 500, 19
RECORDED = "recorded"
INSTANCE = re.compile(rb"\bi-([0-9a-f]{14})[0-9a-f]{3}\b")
INCARNATION = re.compile(rb"\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})-([0-9a-f]{9})[0-9a-f]{3}\b")
RESERVATIONS = re.compile(rb"<reservationSet>(.*)</reservationSet>", re.S)


class Answers:
    """What EC2 and S3 answer in an account with copies of one cluster under other names, ids and incarnations."""

    def __init__(self, instances: bytes, objects: bytes) -> None:
        self._instances, self._objects = instances, objects
        found = RESERVATIONS.search(instances)
        assert found is not None
        self._head, self._tail = instances[: found.start(1)], instances[found.end(1) :]

    def _copy(self, recorded: bytes, number: int) -> bytes:
        mark = f"{number:03x}".encode()
        recorded = INCARNATION.sub(rb"\1-\g<2>" + mark, INSTANCE.sub(rb"i-\g<1>" + mark, recorded))
        return recorded.replace(RECORDED.encode(), name(number).encode())

    def instances(self, form: t.Mapping[str, str]) -> bytes:
        """Answer DescribeInstances: of the cluster that a filter names, or of all of them."""
        named = re.fullmatch(rf"{RECORDED}-(\d+)", next((one for one in form.values() if one.startswith(RECORDED)), ""))
        wanted = [int(named[1])] if named is not None else range(CLUSTERS)
        body = self._instances[len(self._head) : len(self._instances) - len(self._tail)]
        return self._head + b"".join(self._copy(body, number) for number in wanted) + self._tail

    def objects(self, prefix: str) -> bytes:
        """Answer ListObjectsV2 below a cluster's prefix."""
        return self._copy(self._objects, int(prefix.split("/")[1].rpartition("-")[2]))


def name(number: int) -> str:
    """Return the name of a copy."""
    return f"{RECORDED}-{number}"


def record(fleet: Fleet) -> Answers:
    """Launch a cluster, record what is answered of it, and terminate it.

    Its instances' ids are made alike but for their last three digits, as ids of others in the account differ, too.
    """
    kept: dict[str, bytes] = {}

    def keep(response_dict: t.Mapping[str, t.Any], operation_model: t.Any, **_more: t.Any) -> None:
        kept[operation_model.name] = response_dict["body"]

    made = fleet.well("present", name=RECORDED, workers=WORKERS)["cluster"]
    ec2, s3 = fleet.client("ec2"), fleet.client("s3")
    for client in (ec2, s3):
        client.meta.events.register("before-parse", keep)
    try:
        ec2.describe_instances(Filters=[{"Name": "tag:ohmy:cluster", "Values": [RECORDED]}])
        s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{made['prefix']}nodes/")
    finally:
        for client in (ec2, s3):
            client.meta.events.unregister("before-parse", keep)
        fleet.well("absent", name=RECORDED)
    return Answers(kept["DescribeInstances"], kept["ListObjectsV2"])


@contextlib.contextmanager
def replayed(answers: Answers) -> t.Iterator[str]:
    """Serve recorded answers on a free port of this machine; yield the address of this AWS."""

    class Replay(http.server.BaseHTTPRequestHandler):
        """EC2 takes its action by POST; everything else is a listing of S3's."""

        def do_POST(self) -> None:
            """Answer EC2."""
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._send(answers.instances(dict(urllib.parse.parse_qsl(text))))

        def do_GET(self) -> None:
            """Answer S3."""
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
            self._send(answers.objects(query["prefix"]))

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: t.Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def inventory(context: Context) -> t.Iterator[Pair | None]:
    """Let ``ansible-inventory`` tell of one cluster, with a controller that has seen it before and one that has not, in turns.

    Each is a process of its own, its start and the imports in it; the seconds are those of its CPU.
    """
    fleet: Fleet = context.shared(simulated)
    source = context.folder / "one.ohmy_hadoop.yml"
    with replayed(record(fleet)) as address:
        number = 0
        while True:
            number += 1
            source.write_text(
                f"plugin: ohmy.hadoop.ec2_cluster\nclusters: [{name(CLUSTERS // 2 + number // 2)}]\n"
                f"endpoint_url: {address}\nprivate_key: {fleet.key}\n"
            )
            log = context.folder / "inventory.json"
            took = cost(fleet.env, log, str(BIN / "ansible-inventory"), "-i", str(source), "--list").cpu
            if log.read_text().count('"ohmy_instance_id"') != WORKERS + 1:
                raise AssertionError("the inventory does not hold the cluster")
            yield Pair(took)
