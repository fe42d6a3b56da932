# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look at an account that does not go through the code under test."""

from __future__ import annotations

import typing as t


def every_instance(ec2: t.Any, **narrowed: t.Any) -> list[dict[str, t.Any]]:
    """Return the instances of a whole account, all pages of the answer; those that are terminated are told for long."""
    pages = ec2.get_paginator("describe_instances").paginate(**narrowed)
    return [one for page in pages for reservation in page["Reservations"] for one in reservation["Instances"]]
