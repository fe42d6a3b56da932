# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The connection options of all AWS modules; their text is the documentation fragment ``aws``."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback

CONNECTION: dict[str, dict[str, t.Any]] = {
    "region": {"type": "str", "aliases": ["aws_region", "ec2_region"], "fallback": (env_fallback, ["AWS_REGION"])},
    "profile": {"type": "str", "aliases": ["aws_profile"]},
    "access_key": {"type": "str", "aliases": ["aws_access_key_id", "aws_access_key"], "no_log": False},
    "secret_key": {"type": "str", "aliases": ["aws_secret_access_key", "aws_secret_key"], "no_log": True},
    "session_token": {"type": "str", "aliases": ["aws_session_token"], "no_log": True},
    "endpoint_url": {"type": "str", "aliases": ["aws_endpoint_url"], "fallback": (env_fallback, ["AWS_URL"])},
    "validate_certs": {"type": "bool", "default": True},
    "aws_ca_bundle": {"type": "path", "fallback": (env_fallback, ["AWS_CA_BUNDLE"])},
    "aws_config": {"type": "dict"},
}
RULES: dict[str, t.Any] = {
    "mutually_exclusive": [
        ("profile", "access_key"),
        ("profile", "secret_key"),
        ("profile", "session_token"),
    ],
    "required_together": [("access_key", "secret_key")],
}
