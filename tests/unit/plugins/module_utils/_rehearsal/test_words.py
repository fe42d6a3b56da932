# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and variables of a task."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import words


@pytest.mark.parametrize(
    "command, expected",
    {
        "org.apache.hadoop.mapred.lib.IdentityMapper": True,
        "IdentityReducer": False,
        "mapper.py": False,
        "org.py": False,
        "python3 com.example.py": False,
        "cat": False,
    }.items(),
)
def test_classes_are_told_from_programs(command, expected):
    assert words.is_java(command, {"org.py"}) is expected


def test_a_task_has_its_own_properties_by_both_names_and_the_job_s_by_the_present_ones():
    own = words.task_properties("mapper", 3, "hdfs://master:8020/in/a.txt", 0, 99)
    properties = words.present_names({"mapred.reduce.tasks": "2", "my.own-name": "x", "long": "y" * 50})
    properties["stream.jobconf.truncate.limit"] = "40"
    found = words.environment(properties, own, {"GREETING": "hello", "PYTHONPATH": "lib"}, "/bin", "/work")
    expected = {
        "mapreduce_map_input_file": "hdfs://master:8020/in/a.txt",
        "map_input_file": "hdfs://master:8020/in/a.txt",
        "mapreduce_map_input_length": "99",
        "mapreduce_task_partition": "3",
        "mapred_task_partition": "3",
        "mapreduce_task_ismap": "true",
        "mapreduce_task_id": "task_0000000000000_0001_m_000003",
        "mapred_tip_id": "task_0000000000000_0001_m_000003",
        "mapreduce_task_attempt_id": "attempt_0000000000000_0001_m_000003_0",
        "mapred_task_id": "attempt_0000000000000_0001_m_000003_0",
        "mapreduce_job_reduces": "2",
        "my_own_name": "x",
        "long": "y" * 40,
        "GREETING": "hello",
        "PYTHONUTF8": "1",
        "PYTHONPATH": "lib",
        "PATH": "/bin",
        "PWD": "/work",
        "TMPDIR": "/work/tmp",
        "HOME": "/home/",
        "LANG": "C.UTF-8",
    }
    assert {name: found.get(name) for name in expected} == expected
    assert "mapred_reduce_tasks" not in found
    reducer = words.environment({}, words.task_properties("reducer", 0), {}, "/bin", "/work")
    assert reducer["mapreduce_task_ismap"] == "false" and "map_input_file" not in reducer


def test_a_program_is_looked_for_in_the_folder_first(tmp_path):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "prog").write_text("")
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    assert words.find("prog", here, there) == f"{here}/prog"
    (tmp_path / "here/prog").unlink()
    assert words.find("prog", here, there) == f"{there}/prog"
    assert words.find("gone", here, there) is None and words.find("/bin/sh", here, there) == "/bin/sh"
