#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hdfs_upload
short_description: Bring files of the controller into HDFS
version_added: 1.0.0
description:
  - The action plugin sends what is missing to the master, up to 500 files or 64 MiB at once, a larger file alone; the
    master verifies each file's sha256, writes it into HDFS aside and then gives it its name, so that under a name
    there never is half a file.
  - The master's disk needs room for the largest file, which is looked at before anything is sent.
  - A run that was interrupted goes on where it stopped.
  - Nothing in HDFS is removed. A file that no upload wrote is replaced with O(force) only.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.action
attributes:
  action:
    support: full
  async:
    support: none
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details: With O(force) all files are uploaded each time.
  platform:
    platforms: posix
options:
  items:
    description: The files.
    type: list
    elements: dict
    required: true
    suboptions:
      source:
        description: The path of a file on the controller, taken as it is.
        type: str
        required: true
      key:
        description: Its name below O(target), with slashes for directories; by default the file's own name.
        type: str
      sha256:
        description: The checksum that it must have; by default the one it has.
        type: str
      size:
        description: Its size. The action plugin fills this in.
        type: int
  target:
    description: The directory in HDFS; made where it is missing.
    type: str
    required: true
  fingerprint:
    description:
      - The identity of all O(items) together, such as a checksum of their checksums. It is kept in the file
        C(fingerprint) beside O(target), and what is there under another one is refused.
      - A file below O(target) that has its size is then taken for whole without reading it, and files that are not
        among O(items) are refused.
      - Without it the hidden file C(.ohmy-uploaded.json) in O(target) keeps size, time and sha256 of each file, and
        a file is skipped where these are right.
    type: str
  force:
    description: Upload again what is there, and replace files that no upload wrote.
    type: bool
    default: false
  user:
    description: The HDFS user as whom to write; the files are this user's.
    type: str
    default: hadoop
  batch:
    description: What the spooled file holds. The action plugin fills this in; without it the module looks only.
    type: list
    elements: dict
    suboptions:
      key:
        description: The name below O(target).
        type: str
        required: true
      size:
        description: The size in bytes.
        type: int
        required: true
      sha256:
        description: The checksum.
        type: str
        required: true
  last:
    description: Whether nothing follows. The action plugin fills this in.
    type: bool
    default: false
  spool:
    description: A directory on the master. The action plugin fills this in.
    type: path
"""

EXAMPLES = r"""
- name: Bring two files of the same name
  ohmy.hadoop.hdfs_upload:
    target: /user/hadoop/logs
    items:
      - source: /srv/web1/access.log
        key: web1/access.log
      - source: /srv/web2/access.log
        key: web2/access.log
  delegate_to: demo-master
  become: true

- name: Bring the input of a job, known by its checksum
  ohmy.hadoop.hdfs_upload:
    target: /user/hadoop/input/{{ digest }}
    fingerprint: "{{ digest }}"
    items:
      - source: /srv/books/genesis.txt
        key: books/genesis.txt
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
target:
  description: The directory in HDFS.
  returned: success
  type: str
  sample: /user/hadoop/logs
uploaded:
  description: The keys of the files that were uploaded, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [web2/access.log]
kept:
  description: The keys of the files that were there already.
  returned: success
  type: list
  elements: str
  sample: [web1/access.log]
bytes:
  description: The size of what was uploaded, or would be.
  returned: success
  type: int
  sample: 1048576
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [upload web2/access.log]
"""

import contextlib
import hashlib
import os
import shutil
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.locks import alone
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import lease_keeper, uploads
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.webhdfs import WebHdfs

LOCKS = "/run"
LOCK_SECONDS = 900
BUSY = OhmyError(
    "Another run has been writing into this target for 15 minutes.",
    "Wait for its end: see ps on the master; then run the same command again.",
)
ARGUMENT_SPEC: dict[str, t.Any] = {
    "items": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "source": {"type": "str", "required": True},
            "key": {"type": "str", "no_log": False},
            "sha256": {"type": "str"},
            "size": {"type": "int"},
        },
    },
    "target": {"type": "str", "required": True},
    "fingerprint": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "user": {"type": "str", "default": "hadoop"},
    "batch": {
        "type": "list",
        "elements": "dict",
        "options": {
            "key": {"type": "str", "required": True, "no_log": False},
            "size": {"type": "int", "required": True},
            "sha256": {"type": "str", "required": True},
        },
    },
    "last": {"type": "bool", "default": False},
    "spool": {"type": "path"},
}


def run(params: dict[str, t.Any], hdfs: WebHdfs) -> dict[str, t.Any]:
    """Look what is there, or write one batch."""
    target, items, fingerprint = params["target"], params["items"], params["fingerprint"]
    if params["batch"] is None:
        return {
            "changed": False,
            "there": uploads.look(hdfs, target, items, fingerprint, params["force"]),
            "leftover": uploads.leftover(hdfs, target),
            "free": shutil.disk_usage(params["spool"]).free if params["spool"] else None,
        }
    path = os.path.join(params["spool"], "batch")
    lock = f"ohmy-upload-{hashlib.sha256(target.encode()).hexdigest()[:16]}.lock"
    try:
        # What two runs put aside in one target would be taken for each other's.
        with alone(os.path.join(LOCKS, lock), LOCK_SECONDS, BUSY):
            uploads.claim(hdfs, target, fingerprint)
            uploads.write_batch(hdfs, target, params["batch"], path, fingerprint is None)
            if params["last"]:
                uploads.finish(hdfs, target, items, fingerprint)
    finally:
        # The next one comes to the same place, where a file that may only be read would be in its way.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    return {"changed": True}


def main() -> None:
    """Check, then look or write."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True, required_by={"batch": ["spool"]})
    params = module.params
    try:
        require_root()
        params["target"] = uploads.check_items(params["target"], params["items"])
        result = run(params, open_doors(user=params["user"]).hdfs)
        warning = lease_keeper.keep(params["spool"]) if params["batch"] else ""
        if warning:
            module.warn(warning)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
