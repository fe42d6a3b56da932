# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The same request for many paths, several at a time."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

THREADS = 8
V = t.TypeVar("V")
R = t.TypeVar("R")


def for_all(work: t.Callable[[V], R], values: t.Sequence[V]) -> list[R]:
    """Return the results of ``work`` for all values, in their order; the first error is raised, the rest is left."""
    if len(values) < 2:
        return [work(value) for value in values]
    with ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(work, value) for value in values]
        try:
            return [one.result() for one in running]
        except BaseException:
            for one in running:
                one.cancel()
            raise
