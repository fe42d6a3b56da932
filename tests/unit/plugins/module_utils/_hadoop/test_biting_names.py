# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that bite pass every place at which a name is looked at; the same ones as on a real cluster."""

from __future__ import annotations

import re
import urllib.parse

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import distcp, inputs, programs, uploads, webhdfs
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import upload_batches
from tests.end_to_end.biting import NAMES


def test_input_below_a_folder_is_found_by_its_names(tmp_path):
    for name in NAMES:
        (tmp_path / f"sub {name}").mkdir()
        (tmp_path / f"sub {name}" / name).write_text("x")
    found = inputs.expand([str(tmp_path)], lambda _bucket, _prefix: [])
    assert {one.relative for one in found} == {f"sub {name}/{name}" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_the_name_is_taken_literally(tmp_path, name):
    (tmp_path / name).write_text("x")
    assert [one.source for one in inputs.expand([str(tmp_path / name)], lambda *_: [])] == [str(tmp_path / name)]


@pytest.mark.parametrize("name", NAMES)
def test_the_master_writes_and_reads_it(monkeypatch, tmp_path, name):
    (tmp_path / name).write_text("x")
    (item,) = upload_batches.local_items([{"source": str(tmp_path / name), "key": f"0/{name}"}])
    uploads.check_items("/user/hadoop/input/d", [item])
    asked = []

    def request(_self, _method, path, *_args, **_options):
        asked.append(path)
        return webhdfs.Answer(200, b'{"FileStatus": {}}')

    monkeypatch.setattr(webhdfs.Rest, "request", request)
    webhdfs.WebHdfs("h", "hadoop").status(f"/in/{name}")
    assert urllib.parse.unquote(asked[0]) == f"/webhdfs/v1/in/{name}" and not set("?# ") & set(asked[0])


@pytest.mark.parametrize("name", NAMES)
def test_distcp_is_told_it_literally(name):
    files = distcp.below(distcp.place("s3://b/in"), [(f"in/{name}", distcp.Entry(1))])
    assert list(distcp.expected([distcp.place("s3://b/in")], [files])) == [name]
    told = distcp.source_uri(distcp.place(f"/in/{name}"))
    # A pattern's signs stand behind a backslash, which Hadoop's globs take away.
    assert re.sub(r"\\(.)", r"\1", told) == f"/in/{name}"
    assert not set(re.sub(r"\\.", "", told)) & set("*?[]{}\\")


@pytest.mark.parametrize("name", NAMES)
def test_a_program_of_the_name_travels_under_one_that_hadoop_can_ship(tmp_path, name):
    (tmp_path / name).write_text("#!/usr/bin/env python3\n")
    commands, shipped = programs.plan_programs(str(tmp_path / name), None, None, [])
    assert programs.SAFE_NAME.match(shipped[0]["name"]) and commands["mapper"] == shipped[0]["name"]
