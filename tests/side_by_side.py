# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tests are divided among processes: what shares a cluster goes to one, and what takes longest begins."""

from __future__ import annotations

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

# Tests in these folders share nothing.
ALONE = {"unit", "gates"}
# These run on one master, which is launched once by each process that runs any of them (the fixture `lone`).
LONE = """
test_biting_input test_distcp test_features test_hdfs_modules test_job_check test_places test_steps test_streaming_job
""".split()
# Nothing long is to be left to one process at the end, while the others have nothing to do.
LONGEST = """
test_scale lone test_interruptions test_own_hosts test_run_job test_readme test_nodes test_stop_and_start test_operate
test_faults_of_machines test_hdfs_on_disks test_molecule test_two_clouds test_install test_versions
test_worker_groups test_one_inventory test_security test_archives
""".split()


def group(nodeid: str) -> str:
    """Return what a test belongs to: its file, whose tests share something that takes long to make, or several files."""
    path = PurePosixPath(nodeid.split("::")[0])
    if ALONE & {*path.parts}:
        return nodeid
    return "lone" if path.stem in LONE else path.stem


def place(nodeid: str) -> int:
    """Return where a test stands in the order of all."""
    name = group(nodeid)
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


class ByCluster(LoadScopeScheduling):
    """Gives each group to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
