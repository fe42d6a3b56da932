# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rehearsal says on the screen, as a task of a play."""

from __future__ import annotations

import sys

from tests.playbook import play

MAPPER = "import sys\nfor line in sys.stdin:\n    print(int(line))\n"


def rehearse(folder, text):
    """Rehearse a mapper of numbers on a text; return exit code and screen."""
    (folder / "m.py").write_text(MAPPER)
    (folder / "in.txt").write_text(text)
    args = {"name": "j", "mapper": f"{folder}/m.py", "reduces": 0, "input": [f"{folder}/in.txt"]}
    book = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable},
        "tasks": [{"ohmy.hadoop.job_preflight": {**args, "provider": "inventory", "node_python": "3.11"}}],
    }
    return play(folder, [book])


def test_a_rehearsal_that_goes_well_is_told_in_lines(tmp_path):
    code, text = rehearse(tmp_path, "1\n2\n")
    assert code == 0 and "Rehearsed in " in text and "2 lines (4 bytes) of 1 file." in text, text
    assert "no cluster makes so small a job faster." in text, text


def test_a_program_that_fails_is_shown_with_its_own_words_and_no_empty_values(tmp_path):
    code, text = rehearse(tmp_path, "1\ntwo\n")
    assert code != 0 and "    ValueError: invalid literal for int() with base 10: 'two\\n'" in text, text
    assert f"it breaks on line 2 of {tmp_path}/in.txt (byte 2): two." in text, text
    assert "speed" not in text and "estimate" not in text, text
