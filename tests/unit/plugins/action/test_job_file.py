# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job file that cannot be read says where."""

from __future__ import annotations

import types

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.ohmy.hadoop.plugins.action import job_settings
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError


@pytest.mark.parametrize(
    "text, words",
    [
        ("job_mapper: m.py\njob_input: [a\njob_x: b\n", r"job\.yml, line 3, is not valid YAML"),
        ("- a\n", "must hold variables"),
        ("1: a\n", "must hold variables"),
    ],
)
def test_a_job_file_that_is_none_is_refused_by_its_line(tmp_path, text, words):
    (tmp_path / "job.yml").write_text(text)
    loader = types.SimpleNamespace(_loader=DataLoader())
    with pytest.raises(OhmyError, match=words):
        job_settings.ActionModule._load(loader, str(tmp_path / "job.yml"))


def test_a_job_file_that_is_not_utf_8_is_refused_by_its_byte(tmp_path):
    (tmp_path / "job.yml").write_text("job_mapper: cat\n", "utf-16")
    loader = types.SimpleNamespace(_loader=DataLoader())
    with pytest.raises(OhmyError, match="job.yml is not UTF-8: byte 1 is 0xff") as caught:
        job_settings.ActionModule._load(loader, str(tmp_path / "job.yml"))
    assert "iconv" in caught.value.hint
