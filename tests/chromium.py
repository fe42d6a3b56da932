# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's Chromium, without a window."""

from __future__ import annotations

import contextlib
import shutil
import typing as t

from playwright.sync_api import Browser, sync_playwright


@contextlib.contextmanager
def chromium(*words: str) -> t.Iterator[Browser]:
    """Yield the browser, started with these words besides; end it."""
    path = shutil.which("chromium")
    assert path, "chromium is not installed: make setup-dev"
    with sync_playwright() as driver:
        # Root has no sandbox there; what is shown is our own.
        found = driver.chromium.launch(executable_path=path, args=["--no-sandbox", *words])
        yield found
        found.close()
