# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a job file: what each gets from the top, what it says itself, what is refused."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.steps import SPEC
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import settings, steps
from tests.documented import blocks

TWO = [{"mapper": "m.py", "reducer": "r.py"}, {"name": "top", "mapper": "n.py"}]


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    """Return a folder with programs and input."""
    for name in ("m.py", "r.py", "n.py", "turn.py", "first.py", "in.txt"):
        (tmp_path / name).write_text("#!/usr/bin/env python3\n")
    return tmp_path


def settle(folder, **values):
    """Return the settled steps and the problems of a job in a folder."""
    sources = [(str(folder), {"job_input": ["in.txt"], **values})]
    found, problems = settings.settle(settings.load_specs(), sources)
    return found["job_steps"], problems


def test_a_step_says_all_that_a_plan_takes_and_every_job_has_one(folder):
    found, problems = settle(folder, job_mapper="m.py", job_reduces=3, job_sort=[1], job_cmdenv={"A": "b"})
    assert problems == [] and len(found) == 1
    assert list(found[0]) == ["name", *SPEC]
    assert (found[0]["mapper"], found[0]["reduces"], found[0]["sort"]) == (f"{folder}/m.py", 3, ["1"])
    assert found[0]["cmdenv"] == {"A": "b"} and found[0]["reducer"] is None


def test_what_stands_at_the_top_holds_for_each_step_that_does_not_say_it_itself(folder):
    chain = [{**TWO[0], "reduces": "4", "files": "n.py", "options": {"a": 1}}, {**TWO[1], "queue": "q", "name": 7}]
    top = {"job_reduces": 2, "job_files": ["r.py"], "job_options": {"b": 2}, "job_queue": "default"}
    found, problems = settle(folder, job_steps=chain, **top, hadoop_capacity_scheduler=QUEUES)
    assert problems == []
    assert [step["name"] for step in found] == [None, "7"]
    assert [step["mapper"] for step in found] == [f"{folder}/m.py", f"{folder}/n.py"]
    assert [step["reducer"] for step in found] == [f"{folder}/r.py", None]
    assert [step["reduces"] for step in found] == [4, 2]
    assert [step["files"] for step in found] == [[f"{folder}/n.py"], [f"{folder}/r.py"]]
    assert [step["options"] for step in found] == [{"a": 1}, {"b": 2}]
    assert [step["queue"] for step in found] == ["default", "q"]


QUEUES = {"yarn.scheduler.capacity.root.queues": "default,q"}
REFUSED = {
    "no list": ({"job_steps": {"mapper": "m.py"}}, "job_steps: must be a list of steps"),
    "texts": ({"job_steps": ["m.py"]}, "job_steps: must be a list of steps"),
    "a program beside": ({"job_reducer": "r.py"}, "job_reducer: the programs of a job with job_steps stand in its"),
    "no such option": (
        {"job_steps": [{"maper": "m.py"}]},
        "job_steps[1].maper: a step has no such option; did you mean",
    ),
    "an input": ({"job_steps": [*TWO, {"mapper": "cat", "output": "x"}]}, "job_steps[3].output: a step has no such"),
    "a name": ({"job_steps": [{**TWO[0], "name": "a/b"}]}, "job_steps[1].name: must be one line without a slash"),
    "no mapper": ({"job_steps": [TWO[0], {"reducer": "r.py"}]}, "job_steps[2].mapper: is missing"),
    "no program": ({"job_steps": [TWO[0], {"mapper": "x.py"}]}, "job_steps[2].mapper: there is no file "),
    "not shipped": ({"job_steps": [{"mapper": "python3 m.py"}]}, "job_steps[1].mapper: m.py would not reach the nodes"),
    "a type": ({"job_steps": [{**TWO[0], "reduces": 1.5}]}, "job_steps[1].reduces: must be a whole number, not 1.5"),
    "a choice": (
        {"job_steps": [{**TWO[0], "priority": "x"}]},
        "job_steps[1].priority: must be one of very_low",
    ),
    "together": ({"job_steps": [{**TWO[0], "sort": [2]}]}, "job_steps[1].sort: field 2 is not in the key"),
    "from the top": ({"job_sort": [2]}, "job_steps[1].sort: field 2 is not in the key"),
    "no reduces": ({"job_reduces": 0}, "job_steps[1].reduces: with 0 reduces neither"),
    "a queue": ({"job_steps": [{**TWO[0], "queue": "x"}]}, "job_steps[1].queue: the cluster has no queue x"),
    "sequence": (
        {"job_steps": [{**TWO[0], "output_format": "sequence"}, TWO[1]]},
        "job_steps[2].input_format: step 1 writes sequence files; say sequence or auto",
    ),
    "lines": ({"job_input_format": "sequence"}, "job_steps[2].input_format: step 1 writes lines"),
    "packed lines": (
        {"job_steps": [{**TWO[0], "output_compress": "gzip"}, {**TWO[1], "input_format": "nline"}]},
        "job_steps[2].input_format: nline counts lines of what is packed, and step 1 packs by gzip",
    ),
    "packed": (
        {"job_output_decompress": True, "job_steps": [TWO[0], {**TWO[1], "output_compress": "zstd"}]},
        "job_output_decompress: zstd cannot be decompressed here",
    ),
}


@pytest.mark.parametrize("changes, words", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_told_once_with_the_number_of_its_step(folder, changes, words):
    _found, problems = settle(folder, **{"job_steps": TWO, **changes})
    assert len(problems) == 1 and problems[0].startswith(words), problems


def test_what_is_wrong_at_the_top_is_told_there_alone_and_what_is_wrong_in_steps_beside_it(folder):
    chain = [TWO[0], {**TWO[1], "attempts": "x"}]
    _found, problems = settle(folder, job_steps=chain, job_maps=1.5, job_cmdenv={"A B": "x"})
    assert [text.partition(":")[0] for text in problems] == ["job_maps", "job_steps[2].attempts"]


def test_a_job_without_programs_needs_a_mapper(folder):
    assert settle(folder)[1] == ["job_mapper: is missing"]
    assert settle(folder, job_steps=[])[1] == ["job_mapper: is missing"]


def test_what_an_earlier_step_packs_need_not_be_unpacked_here(folder):
    chain = [{**TWO[0], "output_compress": "zstd"}, TWO[1]]
    assert settle(folder, job_output_decompress=True, job_steps=chain)[1] == []
    chain = [{**TWO[0], "output_format": "sequence"}, {**TWO[1], "input_format": "auto"}]
    assert settle(folder, job_steps=chain)[1] == []


def test_the_documented_chain_is_taken(folder):
    for name in ("count.py", "sum.py"):
        (folder / name).write_text("#!/usr/bin/env python3\n")
    found, problems = settle(folder, **yaml.safe_load(blocks("docs/jobs.md")["steps"]))
    assert problems == [] and len(found) == 2


def test_options_of_steps_are_those_of_the_module():
    assert set(steps.NAMES) == set(SPEC)
