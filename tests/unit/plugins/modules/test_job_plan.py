# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan of a job refuses before it makes a call."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.modules import job_plan


@pytest.mark.parametrize("missing", ["gone.txt", "*.log", "no/such/folder"])
def test_local_input_that_is_not_there_is_refused_before_the_first_call(tmp_path, monkeypatch, missing):
    monkeypatch.setattr(job_plan, "Clients", lambda _params: pytest.fail("a client was made"))
    items = ["s3://bucket/key", str(tmp_path / missing)]
    params = {"mapper": "cat", "reducer": None, "combiner": None, "files": [], "input": items}
    with pytest.raises(OhmyError, match=r"job_input: .* matches no file"):
        job_plan.run(params)


def test_local_input_that_is_there_is_not_read_yet(tmp_path):
    (tmp_path / "a b.txt").write_text("")
    job_plan.require_local([str(tmp_path / "*.txt"), str(tmp_path), "s3://bucket/key"])
