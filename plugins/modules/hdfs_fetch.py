#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hdfs_fetch
short_description: Bring files from HDFS to the controller
version_added: 1.0.0
description:
  - Brings the output of a job, any other directory, or a single file; as it is, as one file, or decompressed.
  - The master copies at most 512 MiB at a time from HDFS to its own disk, many small parts or a piece of a large one,
    each with its checksum; the action plugin fetches them, verifies them, and gives a file its name when it is whole.
  - A manifest in the local directory says what it holds and where that came from; what came in an earlier run is not
    fetched again, and a run that was interrupted goes on with the piece at which it stopped.
  - The local directory holds one answer at a time. What an earlier fetch put there and this one does not is removed;
    files that no fetch put there are neither overwritten nor removed.
  - While it works, the lease of a cluster that has one is renewed.
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
  platform:
    platforms: posix
options:
  src:
    description: A directory or a file in HDFS. Sub-directories, and names that begin with C(_) or C(.), are not fetched.
    type: str
    required: true
  dest:
    description: The local directory on the controller; made where it is missing.
    type: path
    required: true
  fingerprint:
    description:
      - The identity of the job, written into the manifest. The file C(fingerprint) beside O(src) must hold the same.
      - Without it a file is known again by its place, its size and the time of its last change in HDFS.
    type: str
  require_success:
    description: Whether a directory must hold C(_SUCCESS), the sign that a job has come to its end.
    type: bool
    default: true
  merge:
    description: Whether to make one file of all parts, in the order of their names.
    type: bool
    default: false
  name:
    description:
      - The name of the one file of O(merge); by default that of O(src), and the ending of its parts' codec where they
        are not decompressed.
    type: str
  decompress:
    description:
      - Whether to decompress files that end in C(.gz), C(.bz2) or C(.deflate), and leave that ending away. Other codecs of
        Hadoop are refused then, and come as they are without this option.
    type: bool
    default: false
  force:
    description: Fetch files again that are there already, and replace those that were changed since.
    type: bool
    default: false
  user:
    description: The HDFS user as whom to read.
    type: str
    default: hadoop
  pieces:
    description: What to copy to O(spool). The action plugin fills this in; without it the parts are listed.
    type: list
    elements: dict
    suboptions:
      part:
        description: The name of a part.
        type: str
        required: true
      offset:
        description: Where the piece begins, in bytes.
        type: int
        required: true
      length:
        description: The size of the piece in bytes.
        type: int
        required: true
  ahead:
    description:
      - With the listing, copy all parts to O(spool) too where they come at once, which spares a second run. The action plugin
        fills this in.
    type: bool
    default: false
  spool:
    description: A directory on the master. The action plugin fills this in.
    type: path
"""

EXAMPLES = r"""
- name: Fetch the answer of a job
  ohmy.hadoop.hdfs_fetch:
    src: /user/hadoop/jobs/wordcount-1a2b/output
    dest: /home/ada/wordcount/output
    fingerprint: "{{ job.fingerprint }}"
  delegate_to: demo-master
  become: true

- name: Fetch the parts of an answer as one plain file, /home/ada/words/words.txt
  ohmy.hadoop.hdfs_fetch:
    src: /user/hadoop/words
    dest: /home/ada/words
    merge: true
    decompress: true
    name: words.txt
  delegate_to: demo-master
  become: true

- name: Fetch a single file
  ohmy.hadoop.hdfs_fetch:
    src: /user/hadoop/books/genesis.txt
    dest: /home/ada/books
  delegate_to: demo-master
  become: true
"""

RETURN = r"""
path:
  description: The local directory.
  returned: success
  type: str
  sample: /home/ada/wordcount/output
parts:
  description: The local files; empty in check mode where there is nothing in HDFS yet.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the file.
      returned: success
      type: str
      sample: part-00000
    size:
      description: Its size in bytes; in check mode that of what it is made of.
      returned: success
      type: int
      sample: 1048576
    sha256:
      description: Its checksum.
      returned: not in check mode, where nothing is read
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
bytes:
  description: The size of all files together.
  returned: success
  type: int
  sample: 1048576
fetched:
  description: The names of the files that came in this run, or would in check mode.
  returned: success
  type: list
  elements: str
  sample: [part-00000]
left_out:
  description: The names of sub-directories and hidden files in HDFS that are not fetched.
  returned: success
  type: list
  elements: str
  sample: [_logs]
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [fetch part-00000]
"""

import os
import pwd
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import hdfs_names, lease_keeper, results
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.webhdfs import WebHdfs

ARGUMENT_SPEC: dict[str, t.Any] = {
    "src": {"type": "str", "required": True},
    "dest": {"type": "path", "required": True},
    "fingerprint": {"type": "str"},
    "require_success": {"type": "bool", "default": True},
    "merge": {"type": "bool", "default": False},
    "name": {"type": "str"},
    "decompress": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "user": {"type": "str", "default": "hadoop"},
    "pieces": {
        "type": "list",
        "elements": "dict",
        "options": {
            "part": {"type": "str", "required": True},
            "offset": {"type": "int", "required": True},
            "length": {"type": "int", "required": True},
        },
    },
    "ahead": {"type": "bool", "default": False},
    "spool": {"type": "path"},
}


def spool(client: WebHdfs, params: dict[str, t.Any], pieces: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    """Copy pieces to the master's disk, readable for the owner of the directory alone; see ``results.spool``."""
    folder = params["spool"]
    try:
        owner = pwd.getpwuid(os.stat(folder).st_uid).pw_name if os.geteuid() == 0 else None
        return results.spool(client, params["src"], pieces, folder, owner)
    except OSError as exc:
        raise OhmyError(
            f"{params['src']} could not be copied to {folder} on the master: {exc.strerror}.",
            "Make room in the master's temporary directory.",
        ) from exc


def look(client: WebHdfs, params: dict[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    """Return the parts, None in check mode where there is nothing yet."""
    if check_mode and not results.is_there(client, params["src"], params["require_success"]):
        # The job that makes it has not run, or still runs, for this is check mode.
        return {"parts": None, "left_out": []}
    return results.list_parts(client, params["src"], params["fingerprint"], params["require_success"])


def main() -> None:
    """List the parts, or spool pieces of them."""
    module = AnsibleModule(
        argument_spec=ARGUMENT_SPEC,
        supports_check_mode=True,
        required_by={"pieces": ["spool"]},
        required_if=[("ahead", True, ["spool"])],
    )
    params = module.params
    result: dict[str, t.Any] = {"changed": False, "spooled": None}
    try:
        require_root()
        hdfs_names.normal(params["src"])
        if params["name"] is not None and not params["merge"]:
            raise OhmyError("name goes with merge only: parts keep their names.", "Leave name out, or set merge.")
        client = open_doors(user=params["user"]).hdfs
        pieces = params["pieces"]
        if pieces is None:
            result.update(look(client, params, module.check_mode))
            pieces = results.one_load(result["parts"] or []) if params["ahead"] else None
        if pieces:
            warning = lease_keeper.keep(params["spool"])
            if warning:
                module.warn(warning)
            result["spooled"] = spool(client, params, pieces)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
