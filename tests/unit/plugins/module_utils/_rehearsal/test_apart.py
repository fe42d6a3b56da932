# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in a process of its own, and what ends with it."""

from __future__ import annotations

import functools
import operator
import os
import signal
import subprocess
import sys

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import apart, preflight, task

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of processes that lost their parent")
# It leaves its session, its parents and its environment behind.
STRAY = "(env -i setsid sh -c 'echo $$ > {}; exec sleep 300' </dev/null >/dev/null 2>&1 &)"


def test_what_the_work_returns_and_raises_is_handed_on(tmp_path):
    assert apart.apart(functools.partial(operator.add, [1], [b"x"])) == [1, b"x"]
    with pytest.raises(FileNotFoundError, match="nothing"):
        apart.apart(functools.partial(os.stat, tmp_path / "nothing"))
    (tmp_path / "a.zip").write_text("no archive")
    with pytest.raises(OhmyError) as caught:
        apart.apart(functools.partial(preflight.unpacked, str(tmp_path / "a.zip"), str(tmp_path / "a")))
    assert "cannot be unpacked" in caught.value.message and caught.value.hint == "Pack it again."


def test_work_that_is_killed_or_breaks_is_told():
    with pytest.raises(OhmyError, match="exit code -9"):
        apart.apart(functools.partial(signal.raise_signal, signal.SIGKILL))
    with pytest.raises(OhmyError) as caught:
        apart.apart(functools.partial(operator.truediv, 1, 0))
    assert "ZeroDivisionError" in caught.value.message and "Traceback" in caught.value.details["stderr"]


def test_the_collection_is_found_where_no_path_leads_to_it(monkeypatch, tmp_path):
    for entry in (entry for place in sys.path if os.path.isdir(place) for entry in os.scandir(place)):
        link = tmp_path / entry.name
        if entry.name != "ansible_collections" and not link.is_symlink():
            link.symlink_to(entry.path)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert apart.apart(apart.children) == set()


@linux
@pytest.mark.parametrize("end", ["exit 0", "sleep 300"])
def test_what_a_program_put_into_a_session_of_its_own_ends_with_its_run(tmp_path, end):
    script = f"{STRAY.format(tmp_path / 'stray')}; while [ ! -s {tmp_path}/stray ]; do :; done; {end}"
    limits = task.Limits(seconds=1)
    words = ("/bin/sh", ["sh", "-c", script], str(tmp_path), {"PATH": os.environ["PATH"]}, b"", limits, "reporter:")
    result = apart.apart(functools.partial(task.run, *words))
    assert result.timed_out is (end != "exit 0")
    stray = (tmp_path / "stray").read_text().strip()
    assert not os.path.exists(f"/proc/{stray}")


@linux
def test_children_that_were_there_before_are_left_alone():
    with subprocess.Popen(["sleep", "300"]) as mine, subprocess.Popen(["sleep", "300"]) as other:
        apart.end_but(apart.children() - {other.pid})
        assert mine.poll() is None and not os.path.exists(f"/proc/{other.pid}")
        mine.kill()
