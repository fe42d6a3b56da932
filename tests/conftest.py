# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time of a test run went, what it left out and why, and how what failed ends: lists at its end."""

from __future__ import annotations

import collections
import os
import time
import typing as t

import pytest

from tests import side_by_side

SLOWEST = 8
# A failed run's last words stand at the end of its output: characters that are repeated in the closing lines.
LAST_WORDS = 1200
_started = time.monotonic()
_seconds: collections.Counter[str] = collections.Counter()
_of_test: collections.Counter[str] = collections.Counter()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: side_by_side.place(item.nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: t.Any) -> t.Any:
    """Divide tests by the clusters that they share, where they are to be divided by something."""
    return side_by_side.ByCluster(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add a phase of a test to its folder, of whole runs to its file, and to the test."""
    file = report.nodeid.split("::")[0]
    parts = file.split("/")
    _seconds[file if "end_to_end" in parts else "/".join(parts[: 2 if len(parts) > 2 else 1])] += report.duration
    _of_test[report.nodeid] += report.duration


def pytest_terminal_summary(terminalreporter: t.Any) -> None:
    """Print seconds by folder or file, and the slowest tests."""
    if "PYTEST_XDIST_WORKER" in os.environ:  # which would tell its own part once more
        return
    spent = [f"{seconds:7.1f} s  {folder}" for folder, seconds in _seconds.most_common()]
    left_out = not_run(terminalreporter.stats.get("skipped", []))
    terminalreporter.section("where the time went")
    for line in spent:
        terminalreporter.write_line(line)
    terminalreporter.write_line(f"{time.monotonic() - _started:7.1f} s  in all; the slowest tests:")
    for test, seconds in _of_test.most_common(SLOWEST):
        if seconds >= 1:
            terminalreporter.write_line(f"{seconds:7.1f} s  {test}")
    for line in left_out:
        terminalreporter.write_line(line, yellow=True)
    # For whoever runs more than one pytest and closes with what each took and left out.
    if closing := os.environ.get("OHMY_CLOSING_LINES"):
        with open(closing, "a", encoding="utf-8") as stream:
            stats = terminalreporter.stats
            failed = [last_words(report) for kind in ("failed", "error") for report in stats.get(kind, [])]
            stream.writelines(f"{line}\n" for line in [*spent, *left_out, *failed])


def last_words(report: t.Any) -> str:
    """Return which test failed, and the end of why."""
    crash = getattr(report.longrepr, "reprcrash", None)
    message = crash.message if crash else str(report.longrepr)
    return f"Failed: {report.nodeid} ({report.when})\n  … {message[-LAST_WORDS:]}"


def not_run(skipped: t.Iterable[t.Any]) -> list[str]:
    """Return a line for each reason for which tests were skipped."""
    reasons = collections.Counter(
        report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else str(report.longrepr)
        for report in skipped
    )
    return [f"Not run: {count} test{'s' if count > 1 else ''}: {reason}" for reason, count in reasons.items()]
