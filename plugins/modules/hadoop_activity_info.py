#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: hadoop_activity_info
short_description: Tell what runs on a cluster
version_added: 1.0.0
description:
  - Asks the ResourceManager for the applications that run or wait, whoever submitted them.
  - Tells also of jobs and copies that M(ohmy.hadoop.streaming_job) and M(ohmy.hadoop.distcp) started and that have not
    ended, for not all of them are applications.
author:
  - the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.info_module
  - ohmy.hadoop._attributes.action
attributes:
  action:
    support: full
  async:
    support: none
  platform:
    platforms: posix
options: {}
"""

EXAMPLES = r"""
- name: Ask what runs
  ohmy.hadoop.hadoop_activity_info:
  delegate_to: demo-master
  become: true
  register: activity
"""

RETURN = r"""
applications:
  description: The applications that run or wait in YARN, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      returned: success
      type: str
      sample: application_1700000000000_0001
    name:
      description: Its name.
      returned: success
      type: str
      sample: wordcount
    user:
      description: Who submitted it.
      returned: success
      type: str
      sample: hadoop
    state:
      description: Its state in YARN.
      returned: success
      type: str
      sample: RUNNING
    progress:
      description: Its progress in percent.
      returned: success
      type: float
      sample: 42.0
jobs:
  description: The jobs and copies that are followed on the master and have not ended.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      returned: success
      type: str
      sample: wordcount-1a2b3c4d
    name:
      description: Its name.
      returned: success
      type: str
      sample: wordcount
    kind:
      description: What it is, V(streaming) or V(distcp).
      returned: success
      type: str
      sample: streaming
    application_id:
      description: Its application, null where it has none (yet).
      returned: success
      type: str
      sample: application_1700000000000_0001
running:
  description: All of it, one line each; empty where nothing runs.
  returned: success
  type: list
  elements: str
  sample: ["application_1700000000000_0001 (wordcount of hadoop, RUNNING, 42 %)"]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.rights import require_root
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import activity
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.doors import open_doors


def main() -> None:
    """Look."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    try:
        require_root()
        found = activity.look(open_doors().yarn)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
