# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on a node, by its files."""

from __future__ import annotations

import platform

from ansible_collections.ohmy.hadoop.plugins.module_utils._node import software


def test_versions_are_read_from_the_node_s_files(tmp_path):
    for path, text in {
        "opt/ohmy/hadoop/share/hadoop/common/hadoop-common-3.5.0.jar": "",
        "opt/ohmy/java/release": 'JAVA_VERSION="17.0.15"\nMODULES="java.base"\n',
        "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert software.versions({"java": {"sha512": "x"}}, str(tmp_path)) == {
        "hadoop": "3.5.0",
        "java": "17.0.15",
        "python": platform.python_version(),
        "system": "Debian GNU/Linux 12 (bookworm)",
    }


def test_what_is_not_there_has_no_version(tmp_path):
    found = software.versions({}, str(tmp_path))
    assert found == {"hadoop": "", "java": "", "python": platform.python_version(), "system": ""}
