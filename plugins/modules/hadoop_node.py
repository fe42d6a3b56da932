#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hadoop_node
short_description: Make a host a node of a Hadoop cluster
version_added: 1.0.0
description:
  - Makes the host what a node document says, with the same code that an instance runs at its first boot. Users, Java,
    Hadoop, directories, configuration, systemd units, the one format of the NameNode's directory, and daemons that
    answer.
  - Nothing is done where the host is so already. Only daemons whose unit, configuration or software changed are
    restarted.
  - Never formats a directory that holds anything, and refuses storage of another cluster or another Hadoop version.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.action
attributes:
  action:
    support: full
  async:
    support: full
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Values of properties whose names sound like secrets are hidden.
  idempotent:
    support: full
    details:
      - With O(renew=true) daemons are restarted by each run.
  platform:
    platforms: posix
options:
  document:
    description:
      - The node document of schema 1, as the collection's architecture page has it.
      - C(schema), C(cluster), C(incarnation), C(role), C(master), C(workers), C(hadoop) and C(java) are required.
      - Without S3 (C(s3) is null) archives come from C(https://), C(http://) or, already on the host, C(file:///). One
        below C(/var/cache/ohmy) is removed after it was installed.
      - C(hadoop.overlay) (C(url), C(sha512)) is a second archive that is laid over Hadoop's folder. The top folder of
        either archive is left out.
      - C(address) is the host's own private IPv4 address; by default the one from which it reaches the master. A
        globally routable one is refused on a host without S3, where no security group is in between, unless
        C(allow_public) is true.
      - C(packages) is a list of packages of the distribution (C(name) or C(name=version)) that are installed where they are missing.
      - C(disks) are the disks for HDFS and YARN, by default the root's alone. C(volumes) is the number of EBS volumes
        beside the root that are expected, or V(attached) for all, C(instance_store) whether the instance's own disks are used, C(devices) and
        C(directories) are lists of paths on any other host. A blank disk gets a file system with the cluster's label;
        one that holds or is used for anything else is refused, and never wiped.
      - The action plugin brings an archive whose URL is a path on the controller.
      - C(task_memory) is what one map or reduce task gets by default, in MiB.
      - C(profile) is V(auto), by default, or V(stock) for Hadoop's own memory, signs of life and JVMs.
      - Without a document the host becomes what its cluster's document in S3 says now, where its last one named S3.
      - A host whose document names S3 reports to its cluster each time, where there was nothing to do, too.
    type: dict
  bundle:
    description:
      - Path on the host of the node bundle, which becomes C(/opt/ohmy/node.pyz) where it differs.
      - Needed once on a host that did not boot with one; the bundle converges the host again at each boot.
      - The action plugin makes it from the collection and brings it where it differs, unless it is given.
    type: path
  bundle_sha256:
    description: The sha256 that the bundle on the host is to have. The action plugin fills this in.
    type: str
  restart:
    description:
      - Whether daemons that run are restarted where their unit, configuration or software changed.
      - With V(false) all else is done, the daemons that still need a restart are returned in RV(pending), and the
        document is not noted as reached as long as there is any. So a fleet can be prepared at once and restarted in
        batches.
    type: bool
    default: true
  renew:
    description:
      - Whether all daemons need a restart, whatever they were started with. With O(restart=false) that is noted on the
        host, so that the run that restarts them, or any later one, finds it.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Make a host a worker
  ohmy.hadoop.hadoop_node:
    document: "{{ worker_document }}"
  become: true

- name: Make a host of one's own the master, and master and worker in one
  ohmy.hadoop.hadoop_node:
    bundle: /root/node.pyz
    document:
      schema: 1
      cluster: demo
      incarnation: 7f8f7d1e-4a56-4d2b-9b0a-0a3f3a1f7f52
      role: master
      master: self
      workers: 0
      s3:
      hadoop:
        url: https://example.com/hadoop-3.5.0.tar
        sha512: "{{ hadoop_sha512 }}"
      java:
        package: openjdk-17-jre-headless
      lease: false
  become: true

- name: Prepare all hosts at once
  ohmy.hadoop.hadoop_node:
    document: "{{ worker_document }}"
    restart: false
  become: true
  register: prepared

- name: Restart what needs it, a few hosts at a time
  ohmy.hadoop.hadoop_node:
    document: "{{ worker_document }}"
  become: true
  throttle: 2
  when: prepared.pending | length > 0
"""

RETURN = r"""
actions:
  description: What was done, or would be in check mode; empty when there was nothing to do.
  returned: success
  type: list
  elements: str
  sample: ["write file /etc/hadoop/yarn-site.xml", "restart service hadoop-nodemanager"]
address:
  description: The host's private address, on which its daemons listen.
  returned: success
  type: str
  sample: 10.0.0.5
digest:
  description: The sha256 of the document.
  returned: success
  type: str
  sample: f32dc4dbc33de6369c2b76c8dd2e8c6dad16de51e917c104a4218ddc4e88748a
disks:
  description: The disks that HDFS and YARN use, in the order of their numbers; empty where all lies on the root's.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: ebs
      lost: false
      mount: /var/lib/hadoop/disks/1
      path: /dev/nvme1n1
      place: /var/lib/hadoop/disks/1
      serial: vol-0123456789abcdef0
      uuid: 605d3612-5c44-4b49-ac53-adcce1eb0562
  contains:
    kind:
      description: One of V(ebs), V(instance-store), V(other) and V(directory).
      returned: success
      type: str
      sample: ebs
    lost:
      description: Whether it is not there any more or cannot be used, and HDFS goes on without it.
      returned: success
      type: bool
      sample: false
    mount:
      description: Its mount point.
      returned: success
      type: str
      sample: /var/lib/hadoop/disks/1
    path:
      description: The device or directory, as it was last seen.
      returned: success
      type: str
      sample: /dev/nvme1n1
    place:
      description: The folder that is Hadoop's.
      returned: success
      type: str
      sample: /var/lib/hadoop/disks/1
    serial:
      description: The name under which AWS knows it, empty for others.
      returned: success
      type: str
      sample: vol-0123456789abcdef0
    uuid:
      description: The UUID of its file system, empty for a directory and for a disk that is still to be formatted.
      returned: success
      type: str
      sample: 605d3612-5c44-4b49-ac53-adcce1eb0562
memory:
  description: How the host's memory is divided, in MiB.
  returned: success
  type: dict
  sample: {"total": 8192, "heaps": {"datanode": 512, "nodemanager": 512}, "containers": 6400, "task": 1024}
  contains:
    total:
      description: What the host has, or what its control group allows.
      returned: success
      type: int
      sample: 8192
    heaps:
      description: The heap of each daemon that runs on the host, by its name.
      returned: success
      type: dict
      sample: {"datanode": 512, "nodemanager": 512}
    containers:
      description: What YARN may give to containers on the host; 0 where no NodeManager runs.
      returned: success
      type: int
      sample: 6400
    task:
      description: What one map or reduce task gets by default.
      returned: success
      type: int
      sample: 1024
missing:
  description:
    - The archives with a C(file:///) URL that are still to be brought to the host, and the bundle where it is; only
      check mode returns any, for a run fails without them.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "hadoop", "path": "/var/cache/ohmy/0123456789abcdef/hadoop-3.5.0.tar"}]
  contains:
    name:
      description: One of C(hadoop), C(overlay), C(java), C(bundle).
      returned: success
      type: str
      sample: hadoop
    path:
      description: Where the archive is expected on the host.
      returned: success
      type: str
      sample: /var/cache/ohmy/0123456789abcdef/hadoop-3.5.0.tar
pending:
  description: The daemons that need a restart which O(restart=false) held back.
  returned: success
  type: list
  elements: str
  sample: ["nodemanager"]
services:
  description: The daemons that run on the host.
  returned: success
  type: list
  elements: str
  sample: ["datanode", "nodemanager"]
"""

import hashlib
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core import cluster_keys
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Step
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import archives, diff, documents, facts, verbs
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.bootstrap import BUNDLE
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.converge import converge
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.s3 import S3
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.system import read_file, write_file

ARGUMENT_SPEC: dict[str, t.Any] = {
    "document": {"type": "dict"},
    "bundle": {"type": "path"},
    "bundle_sha256": {"type": "str"},
    "restart": {"type": "bool", "default": True},
    "renew": {"type": "bool", "default": False},
}


def bundle_step(bundle: str | None, sha256: str | None = None, place: str = BUNDLE) -> Step | None:
    """Return the step that brings the bundle to its place, None where it is there.

    :raises OhmyError: there is none.
    """
    there = read_file(place)
    found = None if there is None else hashlib.sha256(there).hexdigest()
    given = None if bundle is None else read_file(bundle)
    if bundle is not None and given is None:
        raise OhmyError(f"bundle: there is no file {bundle} on the host.", "Bring it to the host, or leave bundle out.")
    wanted = sha256 if given is None else hashlib.sha256(given).hexdigest()
    if wanted is None and found is None:
        raise OhmyError(f"There is no node bundle at {place}.", "Bring it to the host and name it in bundle.")
    return None if wanted in (None, found) else Step("install", "node bundle", found, wanted)


def newest() -> dict[str, t.Any]:
    """Return the document that the cluster has for this host in S3 now.

    :raises OhmyError: the host is no node of a cluster with S3.
    """
    known = documents.load()
    if not known.get("s3"):
        raise OhmyError(
            "document: is missing, and this host's own document names no S3 to read it from.", "Give document."
        )
    return documents.parse(S3.from_document(known).get(cluster_keys.document(known["s3"]["prefix"], known["role"])))


def tell(document: dict[str, t.Any], steps: int) -> list[str]:
    """Report to the cluster that the document was reached, or a failure of before would stay its last word.

    :returns: warnings.
    """
    try:
        voice = verbs.reporter(document)
        if voice is not None:
            voice.reached(documents.digest(document), {"steps": steps})
    except OhmyError as exc:
        return [f"The host is what it is to be, but could not report it: {exc}"]
    return []


def run(params: dict[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    """Converge the host and return the module's result."""
    require_root()
    document = newest() if params["document"] is None else documents.check(params["document"])
    step = bundle_step(params["bundle"], params["bundle_sha256"])
    if step is not None and not check_mode:
        if params["bundle"] is None:
            raise OhmyError(f"{BUNDLE} is another one than wanted.", "Bring the bundle and name it in bundle.")
        write_file(BUNDLE, read_file(params["bundle"]) or b"")
    want, todo, pending = converge(document, facts.gather(document), check_mode, params["restart"], params["renew"])
    warnings = [] if check_mode or pending else tell(document, len(todo.steps))
    warnings += want.disks.warnings
    if step is not None:
        todo.steps.insert(0, step)
    missing = archives.missing(want.archives)
    if step is not None and params["bundle"] is None:
        missing.append({"name": "bundle", "path": BUNDLE})
    room = want.room
    return todo.result(
        address=want.facts.address,
        digest=documents.digest(document),
        disks=want.disks.rows(),
        memory={"total": want.facts.memory, "heaps": room.heaps, "containers": room.containers, "task": room.task},
        missing=missing,
        pending=pending,
        services=want.services,
        warnings=warnings,
    ) | {"diff": diff.entries(todo)}


class Module(diff.DocumentHider, AnsibleModule):
    """A module that keeps secrets among the document's properties."""


def main() -> None:
    """Observe, plan, apply."""
    module = Module(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        result = run(module.params, module.check_mode)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    for text in result.pop("warnings"):
        module.warn(text)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
