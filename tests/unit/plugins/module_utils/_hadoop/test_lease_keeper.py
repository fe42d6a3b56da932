# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import lease_keeper

DOCUMENT = {"lease": True, "s3": {"bucket": "b"}}


@pytest.fixture(name="renewed")
def fixture_renewed(monkeypatch):
    found = []
    monkeypatch.setattr(lease_keeper.lease, "renew", lambda document, seconds, now: found.append((seconds, now)))
    return found


def test_the_lease_is_renewed_once_in_ten_minutes(renewed, tmp_path):
    for now in (1000.0, 1300.0, 1599.0, 1601.0):
        assert lease_keeper.keep(str(tmp_path), DOCUMENT, now) == ""
    assert renewed == [(3600, 1000.0), (3600, 1601.0)]


@pytest.mark.parametrize("document", [{}, {"lease": False, "s3": {}}, {"lease": True, "s3": None}])
def test_where_there_is_no_lease_nothing_is_asked(renewed, tmp_path, document):
    assert lease_keeper.keep(str(tmp_path), document) == "" and renewed == []


def test_a_lease_that_cannot_be_renewed_is_a_warning(monkeypatch, tmp_path):
    def refuse(*_args):
        raise OhmyError("S3 is silent.")

    monkeypatch.setattr(lease_keeper.lease, "renew", refuse)
    assert "S3 is silent" in lease_keeper.keep(str(tmp_path), DOCUMENT, 1000.0)
    assert lease_keeper.keep(str(tmp_path), DOCUMENT, 1001.0) == ""
