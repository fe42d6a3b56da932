#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring local files into S3 once."""

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_upload
short_description: Upload files to S3 that are not there yet
version_added: 1.0.0
description:
  - Uploads local files, directories and what patterns match, in parallel, large files in parts, each verified by its sha256.
  - A file whose object is there with the same sha256 is skipped, and nothing else is looked at, no time and no ETag. A manifest object,
    C(manifests/ID.json) in the same bucket, remembers sha256 and ETag of each, so that any number of unchanged files cost one listing
    and one read. Without it, or where it may not be written, each object is asked for its metadata.
  - Archives get their key from their content, and are skipped when such an object is there with the same size.
  - A file that changes or vanishes meanwhile fails the task, and nothing of it is uploaded. What was uploaded before stays, is found by the
    next run, and goes on where it was; the manifest is written last. Parts of an interrupted upload are taken back, so that they do not cost.
  - Never deletes an object.
author: the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
options:
  bucket:
    description:
      - The bucket.
    type: str
    required: true
  create_bucket:
    description:
      - Whether to make the bucket where it is missing, in O(region). It is private (public access blocked, no access lists), encrypted,
        ends unfinished uploads after a day, and is tagged C(ohmy:schema). One that cannot be made so is removed again.
      - A bucket that exists is never changed.
    type: bool
    default: false
  prefix:
    description:
      - What all keys begin with; a slash is added where it does not end in one.
    type: str
    default: ""
  items:
    description:
      - The files. Any name will do that is UTF-8, has no control characters and makes a key of at most 1024 bytes.
      - Two files that would get the same key are refused.
    type: list
    elements: dict
    default: []
    suboptions:
      source:
        description: The path of a file or a directory, or a pattern, taken as it is, since a name may hold C($) and C(~).
        type: str
        required: true
      kind:
        description:
          - What O(items[].source) is.
          - With V(auto) it is what is there under that very name, even where the name holds C(*) or C([);
            only where nothing is there, C(*), C(?), C([) and C(**) make it a pattern.
          - The keys of a V(directory)'s files are their paths below it, those of a V(glob) their paths below the folder
            that stands before the first wildcard.
        type: str
        choices: [auto, file, directory, glob]
        default: auto
      key:
        description:
          - The key of a file below O(prefix), by default its name; one that ends in a slash is put before the name.
          - For a directory or a pattern, what the relative paths are put below.
        type: str
      sha256:
        description:
          - The checksum that a file must have; by default the one it has. Where one has another, nothing is uploaded.
          - O(items[].source) is then the path of a file, never a pattern.
        type: str
  exclude:
    description:
      - Patterns of names, or of paths below a directory or pattern, that are left out, with all below them.
    type: list
    elements: str
    default: []
  links:
    description:
      - Whether symbolic links below directories and among what patterns match are followed or left out.
      - A link to nothing, and one to a directory that it lies in, are errors where they are followed.
    type: str
    choices: [follow, skip]
    default: follow
  archives:
    description:
      - Archives, put under O(prefix), the first 16 digits of their sha512 and their file name; as many as are wanted.
    type: list
    elements: dict
    default: []
    suboptions:
      source:
        description: The path of the archive; or a URL (s3, http, https, file), which is passed on untouched and needs a O(archives[].sha512).
        type: str
        required: true
      sha512:
        description: The sha512 that it must have; by default the one it has.
        type: str
  content_address:
    description:
      - Whether O(items) too get their keys from their content.
    type: bool
    default: false
  lease:
    description:
      - The prefix of a cluster in the same bucket, RV(ohmy.hadoop.ec2_cluster#module:cluster.prefix), that is to
        outlive this upload. Its time to live is renewed while there is something to upload, never past its limit.
    type: str
"""

EXAMPLES = r"""
- name: Bring a file
  ohmy.hadoop.s3_upload:
    bucket: example-bucket
    prefix: input/today
    items:
      - source: /data/access.log

- name: Bring a directory and what a pattern matches, with their relative paths
  ohmy.hadoop.s3_upload:
    bucket: example-bucket
    prefix: input
    items:
      - source: /data/books
        key: books
      - source: /var/log/shop/*/2026-*.log.gz
        key: logs
    exclude: [".git", "*.tmp"]

- name: Bring an archive into a private bucket that is made where it is missing
  ohmy.hadoop.s3_upload:
    bucket: example-bucket
    create_bucket: true
    region: eu-central-1
    prefix: archives
    archives:
      - source: /srv/hadoop-3.5.0.tar.gz
"""

RETURN = r"""
bucket:
  description: The bucket.
  returned: success
  type: str
  sample: example-bucket
uploaded:
  description: The keys that were uploaded, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [input/today/access.log]
kept:
  description: The keys that were there already.
  returned: success
  type: list
  elements: str
  sample: []
bytes:
  description: How many bytes were uploaded, or would be.
  returned: success
  type: int
  sample: 4194304
objects:
  description: All objects, uploaded or not.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: Its key.
      returned: always
      type: str
      sample: input/today/access.log
    size:
      description: Its size in bytes.
      returned: always
      type: int
      sample: 4194304
    sha256:
      description: Its sha256.
      returned: always
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    sha512:
      description: Its sha512.
      returned: always
      type: str
      sample: ee26b0dd4af7e749aa1a8ee3c10ae9923f618980772e473f8819a5d4940e0db2
archives:
  description: O(archives) in their order, as the documents of nodes name them.
  returned: success
  type: list
  elements: dict
  contains:
    url:
      description: The URL.
      returned: always
      type: str
      sample: s3://example-bucket/archives/ee26b0dd4af7e749/hadoop-3.5.0.tar.gz
    sha512:
      description: Its sha512.
      returned: always
      type: str
      sample: ee26b0dd4af7e749aa1a8ee3c10ae9923f618980772e473f8819a5d4940e0db2
actions:
  description: What was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [upload input/today/access.log]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import argspec, upload
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.client import Clients, require_boto3
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result

SPEC = {
    "bucket": {"type": "str", "required": True},
    "create_bucket": {"type": "bool", "default": False},
    "prefix": {"type": "str", "default": ""},
    "items": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "source": {"type": "str", "required": True},
            "kind": {"type": "str", "choices": ["auto", "file", "directory", "glob"], "default": "auto"},
            "key": {"type": "str", "no_log": False},
            "sha256": {"type": "str"},
        },
    },
    "exclude": {"type": "list", "elements": "str", "default": []},
    "links": {"type": "str", "choices": ["follow", "skip"], "default": "follow"},
    "archives": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"source": {"type": "str", "required": True}, "sha512": {"type": "str"}},
    },
    "content_address": {"type": "bool", "default": False},
    "lease": {"type": "str"},
    **argspec.CONNECTION,
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True, **argspec.RULES)
    require_boto3(module)
    try:
        result = upload.run(Clients(module.params), module.params, module.check_mode)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    for remark in result.pop("warnings", []):
        module.warn(remark)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
