# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.ohmy.hadoop.plugins.plugin_utils.progress import Progress


class FakeDisplay:
    def __init__(self):
        self.calls = []
        self.warnings = []

    def display(self, msg, **options):
        self.calls.append((msg, options))

    def warning(self, msg, **options):
        self.warnings.append(msg)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def make(tty, **options):
    display, clock = FakeDisplay(), Clock()
    return display, clock, Progress(display, "job", tty=tty, clock=clock, **options)


def test_a_terminal_shows_one_rewritten_line():
    display, _clock, progress = make(True, columns=80)
    progress.update("map 100 %, reduce 0 %")
    progress.update("done")
    progress.update("done")
    progress.finish()
    progress.finish()
    first, second, last = display.calls
    assert first == ("\rjob: map 100 %, reduce 0 %", {"newline": False, "screen_only": True})
    assert second[0] == "\rjob: done" + " " * 17, "blanks cover the rest of the longer line"
    assert last == ("", {"screen_only": True}), "the line is left once"


def test_a_terminal_line_never_wraps():
    display, _clock, progress = make(True, columns=20)
    progress.update("x" * 100)
    assert len(display.calls[0][0]) <= 20


def test_a_pipe_gets_a_line_on_stderr_for_a_change_and_not_too_often():
    display, clock, progress = make(False, interval=5)
    progress.update("map 0 %")
    clock.now = 1
    progress.update("map 10 %")
    clock.now = 2
    progress.update("map 20 %")
    clock.now = 6
    progress.update("map 20 %")
    clock.now = 60
    progress.update("map 20 %")
    assert display.calls == [("job: map 0 %", {"stderr": True}), ("job: map 20 %", {"stderr": True})]


def test_the_last_state_is_shown_through_a_pipe_whatever_the_interval():
    display, _clock, progress = make(False)
    progress.update("one")
    progress.update("two")
    progress.finish()
    progress.finish()
    assert [msg for msg, _options in display.calls] == ["job: one", "job: two"]


def test_nothing_to_show_leaves_nothing():
    for tty in (True, False):
        display, _clock, progress = make(tty)
        progress.finish()
        assert display.calls == []


def test_the_log_holds_every_change(tmp_path):
    log = tmp_path / "new" / "job.log"
    _display, _clock, progress = make(False, log_path=str(log))
    for text in ("one", "one", "two\nlines"):
        progress.update(text)
    lines = log.read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["job: one", "job: two lines"]


def test_a_log_that_cannot_be_written_is_told_and_the_job_goes_on(tmp_path):
    (tmp_path / "file").write_text("")
    display, _clock, progress = make(False, log_path=str(tmp_path / "file" / "job.log"))
    progress.update("one")
    assert len(display.warnings) == 1 and "job.log cannot be written" in display.warnings[0] and display.calls


@pytest.mark.parametrize("tty", [True, False])
def test_no_terminal_obeys_what_a_program_says(tmp_path, tty):
    log = tmp_path / "job.log"
    display, _clock, progress = make(tty, log_path=str(log))
    progress.update("g.\x1b[2J 12, \x1b]0;title\x07 nul\0")
    progress.say("red \x1b[31m\nand more")
    shown = "".join(str(call) for call in display.calls) + log.read_text()
    assert "x1b[2J" in shown and "and more" in shown
    assert not {"\x1b", "\x07", "\0"} & set(log.read_text()) and "\x1b" not in "".join(
        text for text, *_ in display.calls
    )


def test_a_log_that_cannot_be_written_any_more_ends_the_log_only(tmp_path):
    log = tmp_path / "job.log"
    display, _clock, progress = make(False, log_path=str(log))
    log.unlink()
    log.mkdir()
    progress.update("one")
    progress.update("two")
    assert len(display.warnings) == 1 and display.calls
