# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look-ups for which moto goes through all things of the account, made in one step: else 1,000 instances take minutes."""

from __future__ import annotations

import typing as t

from .backends import replace


def install() -> None:
    """Let moto look up so; call this once, before the first request."""
    from moto.ec2.models.core import TaggedEC2Resource

    def get_tags(resource: t.Any) -> list[dict[str, str]]:
        mine = resource.ec2_backend.tags.get(resource.id, {}) if resource.id else {}
        return [{"key": key, "value": value} for key, value in mine.items()]

    replace(TaggedEC2Resource, "get_tags", get_tags)
