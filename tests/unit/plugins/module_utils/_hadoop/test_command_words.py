# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands as Hadoop Streaming splits them."""

from __future__ import annotations

import shlex

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import command_words


@pytest.mark.parametrize(
    "command, words",
    [
        ('python3 m.py --opt="a b"', ["python3", "m.py", "--opt=", "a b"]),
        ("m.py '' x", ["m.py", "x"]),
        ("cut -f1 | sort", ["cut", "-f1", "|", "sort"]),
        ('bash -c "cut -f1 | sort"', ["bash", "-c", "cut -f1 | sort"]),
        ("a\tb  c", ["a\tb", "c"]),
        ('"it\'s" \'say "x"\'', ["it's", 'say "x"']),
        ("a\\ b", ["a\\", "b"]),
    ],
)
def test_the_splitter_is_hadoop_s(command, words):
    assert command_words.split(command) == words


@pytest.mark.parametrize(
    "text, carried",
    [
        ("", ""),
        ("wc -l", "wc -l"),
        ("grep -i 'new york'", "grep -i 'new york'"),
        ('--opt="a b" --x 1', "'--opt=a b' --x 1"),
        ("a\\ b", "'a b'"),
        ("it\\'s", '"it\'s"'),
        ("cut -d '|'", "cut -d '|'"),
        ("cut -d' ' -f1", "cut '-d ' -f1"),
        ("awk -F', ' '{print $1}'", "awk '-F, ' '{print $1}'"),
        ('sort -t\\| -k"2 "', "sort -t| '-k2 '"),
        ("grep \\; '>'", "grep ; >"),
        ("grep '\\d+$'", "grep '\\d+$'"),
        ("é 'ü ö'", "é 'ü ö'"),
    ],
)
def test_a_task_gets_the_words_that_a_shell_would_give_it(text, carried):
    found = command_words.carried(text, "mapper")
    assert found == carried and command_words.is_closed(found)
    assert command_words.split(found) == shlex.split(text)


@pytest.mark.parametrize(
    "text, words",
    [
        ("grep ''", "an empty word would vanish"),
        ("awk 'a\nb'", "a word holds a line break"),
        ("x 'a\"b'\"'\"", "quotes of both kinds"),
        ("cut -f1 | sort", "shell operator"),
        ("sort 2>&1", "shell operator"),
        ("cut -d' ' -f1 | sort", "shell operator"),
        ("grep 'x", "cannot be split"),
    ],
)
def test_what_hadoop_cannot_carry_is_refused(text, words):
    with pytest.raises(OhmyError, match=f"job_mapper: .*{words}"):
        command_words.carried(text, "mapper")


@pytest.mark.parametrize(
    "text, closed", [("a 'b\"c'", True), ("a 'b", False), ('"it\'s"', True), ("it's", False), ("a\nb", False)]
)
def test_open_quotes_are_seen(text, closed):
    assert command_words.is_closed(text) is closed
