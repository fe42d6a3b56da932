# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of which names are taken for those of secrets."""

from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.secrets import HIDDEN, REFUSED, REFUSED_ENV


@pytest.mark.parametrize(
    ("name", "refused", "hidden"),
    [
        ("fs.s3a.secret.key", True, True),
        ("fs.azure.account.key.x.blob.core.windows.net", True, True),
        ("ssl.server.keystore.pass", True, True),
        ("fs.s3a.server-side-encryption.key", True, True),
        ("fs.adl.oauth2.credential", True, True),
        ("x.passphrase", True, True),
        ("mapreduce.job.credentials.binary", False, True),
        ("hadoop.security.credential.provider.path", False, True),
        ("fs.s3a.aws.credentials.provider", False, False),
        ("mapreduce.job.complete.cancel.delegation.tokens", False, True),
        ("stream.num.map.output.key.fields", False, False),
        ("mapreduce.job.output.key.comparator.class", False, False),
    ],
)
def test_properties(name, refused, hidden):
    assert (bool(REFUSED.search(name)), bool(HIDDEN.search(name))) == (refused, hidden)


@pytest.mark.parametrize(
    "name", ["DB_PASS", "PGPASS", "MYSQL_PWD", "PASSPHRASE", "GITHUB_PAT", "SIGNING_KEY", "DBPASSWORD", "authToken"]
)
def test_environment_variables_that_are_refused(name):
    assert REFUSED_ENV.search(name)


@pytest.mark.parametrize("name", ["PATH", "COMPASS", "KEY_FIELDS", "TOKENIZER", "PATTERN", "PYTHONPATH"])
def test_environment_variables_that_are_not(name):
    assert not REFUSED_ENV.search(name)
