# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time of a test run went: one table at its end."""

from __future__ import annotations

import collections
import time
import typing as t

import pytest

SLOWEST = 8
_started = time.monotonic()
_seconds: collections.Counter[str] = collections.Counter()
_of_test: collections.Counter[str] = collections.Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add a phase of a test to its folder and to the test."""
    parts = report.nodeid.split("::")[0].split("/")
    _seconds["/".join(parts[: 2 if len(parts) > 2 else 1])] += report.duration
    _of_test[report.nodeid] += report.duration


def pytest_terminal_summary(terminalreporter: t.Any) -> None:
    """Print seconds by folder and the slowest tests."""
    write = terminalreporter.write_line
    terminalreporter.section("where the time went")
    for folder, seconds in _seconds.most_common():
        write(f"{seconds:7.1f} s  {folder}")
    write(f"{time.monotonic() - _started:7.1f} s  in all; the slowest tests:")
    for test, seconds in _of_test.most_common(SLOWEST):
        if seconds >= 1:
            write(f"{seconds:7.1f} s  {test}")
