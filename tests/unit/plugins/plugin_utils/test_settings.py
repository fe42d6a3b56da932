# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests of the settings: what is known, what is refused, how paths resolve."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import streaming_options
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import checks, settings
from tests.documented import blocks

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(name="job")
def fixture_job(tmp_path):
    """Return a folder with programs and input, and a job that uses them."""
    for name in ("m.py", "r.py", "in.txt"):
        (tmp_path / name).write_text("#!/usr/bin/env python3\n")
    return tmp_path, {"job_mapper": "m.py", "job_reducer": "r.py", "job_input": ["in.txt"]}


def settle(folder, *values):
    """Settle sources that all count paths from one folder."""
    return settings.settle(settings.load_specs(), [(str(folder), value) for value in values])


def test_settle_resolves_paths_from_the_folder_of_the_file(job):
    folder, values = job
    found, problems = settle(folder, values)
    assert problems == []
    assert found["job_mapper"] == str(folder / "m.py")
    assert found["job_input"] == [str(folder / "in.txt")]
    assert found["cluster_workers"] == 2


def test_settle_takes_a_name_as_yaml_folds_it(job):
    folder, values = job
    folded = {"job_mapper": "m.py\n", "job_input": ["in.txt\n"], "job_output": "out\n", "job_name": "x"}
    found, problems = settle(folder, {**values, **folded})
    assert problems == [] and found["job_mapper"] == str(folder / "m.py")
    assert (found["job_input"], found["job_output"]) == ([str(folder / "in.txt")], str(folder / "out"))


def test_settle_expands_environment_variables_but_not_in_the_name_of_what_is_there(job, monkeypatch, tmp_path):
    """The options of type path in modules do it too, and what they look at is to be what the others write."""
    folder, values = job
    monkeypatch.setenv("BOOKS", str(tmp_path))
    (folder / "of$BOOKS.txt").write_text("x")
    odd = {"job_input": ["of$BOOKS.txt", "$BOOKS/*.txt", "$UNKNOWN_/a"], "job_output": "${BOOKS}/out", "job_name": "x"}
    found, problems = settle(folder, {**values, **odd})
    assert problems == [] and found["job_output"] == f"{tmp_path}/out"
    assert found["job_input"] == [f"{folder}/of$BOOKS.txt", f"{tmp_path}/*.txt", f"{folder}/$UNKNOWN_/a"]


def test_settle_later_source_wins(job):
    folder, values = job
    found, problems = settle(folder, {"cluster_workers": 7}, {**values, "cluster_workers": 0})
    assert problems == []
    assert found["cluster_workers"] == 0


@pytest.mark.parametrize("blank", ["", "  ", "\t"])
def test_settle_takes_a_blank_program_for_none(job, blank):
    folder, values = job
    assert settle(folder, {**values, "job_mapper": blank})[1] == ["job_mapper: is missing"]
    chain = {"job_input": values["job_input"], "job_steps": [{"mapper": "cat"}, {"mapper": blank, "reducer": "cat"}]}
    assert settle(folder, chain)[1] == ["job_steps[2].mapper: is missing"]
    found, problems = settle(folder, {**values, "job_combiner": blank, "job_reducer": blank})
    assert problems == [] and found["job_reducer"] is found["job_combiner"] is None


@pytest.mark.parametrize("never", [0, "0", "0h"])
def test_a_cluster_may_live_for_ever_by_cluster_ttl_alone(job, never):
    folder, values = job
    found, problems = settle(folder, {**values, "cluster_ttl": never})
    assert problems == [] and found["cluster_ttl"] == str(never)
    longer = ["cluster_ttl: must not be longer than cluster_ttl_max"]
    assert settle(folder, {**values, "cluster_ttl_max": never})[1] == longer
    text = "is no time to live; write a time such as 90m or 4h, at least 10m, or 0 for never"
    assert settle(folder, {**values, "cluster_ttl": "9m"})[1] == [f"cluster_ttl: '9m' {text}"]


def test_settle_tells_all_wrong_types_at_once_in_plain_words(job):
    folder, values = job
    wrong = {"job_cmdenv": ["A=1"], "job_maps": "x", "job_reduces": [1], "cluster_workers": True, "job_files": {"a": 1}}
    problems = settle(folder, {**values, **wrong})[1]
    assert sorted(line.partition(":")[0] for line in problems) == sorted(wrong)
    assert not [line for line in problems if "<class" in line or "argument" in line]


ID = "i-0123456789abcdef0"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"cluster_force": "maybe"}, "cluster_force: must be true or false, not maybe"),
        ({"cluster_stop_force": [True]}, "cluster_stop_force: must be true or false, not [True]"),
        ({"cluster_balance": ""}, "cluster_balance: must be true or false, not ''"),
        ({"cluster_workers": ""}, "cluster_workers: must be a whole number, not ''"),
        ({"cluster_keep": "allways"}, "cluster_keep: must be one of never, on_failure, always, not allways"),
        ({"cluster_keep": True}, "cluster_keep: must be one of never, on_failure, always, not True"),
        ({"cluster_provider": ""}, "cluster_provider: must be one of ec2, inventory, not ''"),
        ({"cluster_max_hourly_cost": "cheap"}, "cluster_max_hourly_cost: must be a number, not cheap"),
        ({"cluster_max_hourly_cost": [1]}, "cluster_max_hourly_cost: must be a number, not [1]"),
        ({"cluster_max_hourly_cost": True}, "cluster_max_hourly_cost: must be a number, not True"),
        ({"cluster_worker_groups": "spot"}, "cluster_worker_groups: must be a list of names and values, not a text"),
        ({"cluster_worker_groups": 5}, "cluster_worker_groups: must be a list of names and values, not 5"),
        (
            {"cluster_worker_groups": [{"name": "x", "workers": "two"}]},
            "cluster_worker_groups: in group x workers must be a whole number, not two",
        ),
        (
            {"cluster_worker_groups": [{"name": "x", "workers": 2.5}]},
            "cluster_worker_groups: in group x workers must be a whole number, not 2.5",
        ),
        (
            {"cluster_worker_groups": [{"name": "x", "workers": 10**9}]},
            "cluster_worker_groups: in group x workers must be 0 to 1000, not 1000000000",
        ),
        (
            {"cluster_worker_groups": [{"nam": "x", "workers": 1}]},
            "cluster_worker_groups: in group 1 there is no nam; a group has name, workers, instance_type, image, spot, "
            "datanode, root_volume, volumes",
        ),
        (
            {"cluster_worker_groups": [{"name": "x", "workers": 1, "spot": "yes"}]},
            "cluster_worker_groups: in group x spot must be one of no, prefer, only, not yes",
        ),
        ({"cluster_remove": ["worker-1"]}, "cluster_remove: 'worker-1' is no id of an instance, such as " + ID),
        ({"cluster_remove": [ID[:-1]]}, f"cluster_remove: '{ID[:-1]}' is no id of an instance, such as {ID}"),
        ({"cluster_remove": ID.upper()}, f"cluster_remove: '{ID.upper()}' is no id of an instance, such as {ID}"),
        ({"cluster_remove": ""}, f"cluster_remove: '' is no id of an instance, such as {ID}"),
        ({"cluster_remove": 5}, f"cluster_remove: '5' is no id of an instance, such as {ID}"),
    ],
)
def test_settle_says_what_must_be_in_words_of_the_project(job, values, problem):
    folder, good = job
    assert settle(folder, {**good, **values})[1] == [problem]


@pytest.mark.parametrize(
    "values",
    [
        {"cluster_force": "yes"},
        {"cluster_force": 0},
        {"cluster_keep": "always"},
        {"cluster_max_hourly_cost": "2.5"},
        {"cluster_max_hourly_cost": 3},
        {"cluster_remove": f"{ID},i-01234567"},
        {"cluster_remove": [ID]},
        {"cluster_worker_groups": [{"name": "x", "workers": "2", "datanode": "no"}]},
        {"job_preflight": False},  # as YAML reads off
        {"cluster_worker_groups": [{"name": "x", "workers": 2, "spot": False}]},
    ],
)
def test_settle_takes_what_can_be_meant(job, values):
    folder, good = job
    assert settle(folder, {**good, **values})[1] == []


def test_settle_takes_a_command_on_a_file_that_travels(job):
    folder, values = job
    found, problems = settle(folder, {**values, "job_mapper": "python3 m.py", "job_files": ["m.py"]})
    assert problems == [] and found["job_mapper"] == "python3 m.py"


def test_settle_finds_the_program_before_its_arguments(job):
    folder, values = job
    (folder / "my m.py").write_text("#!/usr/bin/env python3\n")
    (folder / "sort").write_text("data")
    programs = {"job_mapper": "my m.py --x 'a b'", "job_reducer": "sort -k2", "job_combiner": "/usr/bin/env python3 -V"}
    found, problems = settle(folder, {**values, **programs})
    assert problems == [] and found["job_mapper"] == f"{folder}/my m.py --x 'a b'"
    assert (found["job_reducer"], found["job_combiner"]) == ("sort -k2", "/usr/bin/env python3 -V")


def test_settle_takes_a_program_in_an_archive(job):
    folder, values = job
    with tarfile.open(folder / "env-1.tgz", "w:gz"):
        pass
    packed = {"job_archives": "env-1.tgz#env", "job_mapper": "env/bin/python3 m.py", "job_files": ["m.py"]}
    found, problems = settle(folder, {**values, **packed})
    assert problems == [] and found["job_archives"] == [f"{folder}/env-1.tgz#env"]


def test_settle_takes_the_documented_options(job):
    folder, values = job
    with tarfile.open(folder / "env.tgz", "w:gz"):
        pass
    for name in ("mapper.py", "reducer.py"):
        (folder / name).write_text("#!/usr/bin/env python3\n")
    said = yaml.safe_load(blocks("docs/jobs.md")["daily"])
    found, problems = settle(folder, {**values, **said})
    assert problems == [] and found["job_sort"] == ["1", "2nr"]
    assert found["job_mapper"] == f"{folder}/mapper.py --min 3"


def test_every_option_of_a_job_is_a_variable_of_its_type_and_documented():
    specs = settings.load_specs()
    keys = ("type", "elements", "choices", "default")
    plain = {
        name: {key: option[key] for key in keys if key in option} for name, option in streaming_options.SPEC.items()
    }
    assert {
        name: {key: specs[f"job_{name}"][key] for key in keys if key in specs[f"job_{name}"]} for name in plain
    } == plain
    page = (ROOT / "docs/jobs.md").read_text("utf-8")
    assert [name for name in [*plain, "archives", "output_decompress"] if f"job_{name}" not in page] == []


def test_every_option_of_a_job_reaches_its_module():
    tasks = yaml.safe_load((ROOT / "roles/job/tasks/run_step.yml").read_text("utf-8"))
    (given,) = [task["ohmy.hadoop.streaming_job"] for task in tasks if "ohmy.hadoop.streaming_job" in task]
    assert {name: given[name] for name in streaming_options.SPEC} == {
        # Ansible takes null for what has no choices only.
        name: f"{{{{ ohmy_step.{name} {'| default(omit, true) ' if 'choices' in option else ''}}}}}"
        for name, option in streaming_options.SPEC.items()
    }


def test_settle_says_nothing_of_a_command_that_a_later_source_replaced(job):
    folder, values = job
    found, problems = settle(folder, {**values, "job_mapper": "python3 m.py"}, {"job_mapper": "cat"})
    assert problems == [] and found["job_mapper"] == "cat"


def test_settle_keeps_uris_and_commands(job):
    folder, values = job
    found, problems = settle(folder, {**values, "job_mapper": "cat", "job_reducer": "wc -l", "job_input": "s3://b/k"})
    assert problems == []
    assert (found["job_mapper"], found["job_reducer"], found["job_input"]) == ("cat", "wc -l", ["s3://b/k"])
    names = {"job_mapper": "org.apache.hadoop.mapred.lib.IdentityMapper", "job_reducer": "com.example.my.Sum$Fast"}
    found, problems = settle(folder, {**values, **names})
    assert problems == [] and {name: found[name] for name in names} == names
    assert settle(folder, {**values, "job_mapper": "org.py"})[1][0].startswith("job_mapper: there is no file ")


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"job_mapper": "nope.py"}, "job_mapper: there is no file"),
        ({"job_mapper": None}, "job_mapper: is missing"),
        ({"job_mapper": "python3 m.py"}, "job_mapper: m.py would not reach the nodes; name it in job_files"),
        ({"hadoop_task_memory": 256}, "hadoop_task_memory: must be at least 512 MiB"),
        ({"hadoop_packages": ["openssl-"]}, "hadoop_packages: 'openssl-' is no name of a package"),
        ({"hadoop_java_package": "zulu17-jre-headless"}, "hadoop_java_package: must be a package such as openjdk"),
        ({"hadoop_site": {"foo-": {}}}, "hadoop_site: 'foo-' is no name of a site file"),
        ({"hadoop_site": {"foo": {"a": "x\x01"}}}, "hadoop_site: in foo the property 'a' holds a control character"),
        ({"hadoop_core_site": {"a": "x\x01"}}, "hadoop_core_site: the property 'a' holds a control character"),
        (
            {"hadoop_capacity_scheduler": {"a": "x\x01"}},
            "hadoop_capacity_scheduler: the property 'a' holds a control character",
        ),
        ({"hadoop_archive": "s3a://b/k.tar"}, "hadoop_archive: nodes fetch archives from s3, https, http, file"),
        ({"cluster_root_volume": {"size": "\u00b2"}}, "cluster_root_volume: size must be 8 to 16384 GiB"),
        ({"cluster_name": "demo\n"}, "cluster_name: 'demo\\n' is no name for a cluster"),
        ({"job_cmdenv": {"DB_PASS": "x"}}, "job_cmdenv: The environment variable DB_PASS looks like a secret"),
        ({"job_cmdenv": {"A\n": "x"}}, "job_cmdenv: 'A\\n' is no name of an environment variable"),
        ({"job_options": {"fs.azure.account.key.x": "y"}}, "job_options: The option fs.azure.account.key.x looks like"),
        ({"job_mapper": "m.py in.txt"}, "job_mapper: in.txt would not reach the nodes; name it in job_files"),
        ({"job_output": "s3://b"}, "job_output: s3://b is no place for an answer in S3"),
        ({"job_output": "s3://b/o*t"}, "job_output: s3://b/o*t is no place for an answer in S3"),
        ({"job_output": "hdfs:///user/hadoop/jobs/x"}, "job_output: hdfs:///user/hadoop/jobs/x is not for answers"),
        (
            {"job_output": "hdfs:///data/out"},
            "job_output: hdfs:///data/out would go with the cluster; set cluster_keep",
        ),
        (
            {"job_output": "s3://b/out", "cluster_provider": "inventory"},
            "job_output: s3://b/out lies in S3, and hosts of one's own are used without AWS",
        ),
        (
            {"job_output": "s3://b/out", "job_output_merged": True},
            "job_output_merged: goes with an answer that is brought",
        ),
        (
            {"job_output": "s3://b/out", "job_output_decompress": True},
            "job_output_decompress: goes with an answer that is brought",
        ),
        ({"job_input_mode": "direct", "cluster_provider": "inventory"}, "job_input_mode: direct reads S3"),
        ({"job_input_mode": "s3"}, "job_input_mode"),
        ({"job_output_existing": "deleted"}, "job_output_existing"),
        ({"job_output": "file:///tmp/out"}, "job_output: file:///tmp/out is no directory of this machine"),
        ({"job_files": ["s3://b/words.txt"]}, "job_files: s3://b/words.txt is no path on this machine"),
        (
            {"cluster_public_key": "https://example.org/me.keys"},
            "cluster_public_key: https://example.org/me.keys is no path on this machine",
        ),
        ({"cluster_key_name": "mine.pem\n"}, "cluster_key_name: 'mine.pem\\n' is no name of a key pair"),
        (
            {"cluster_ssh_user": "admin\n    ProxyCommand x"},
            "cluster_ssh_user: 'admin\\n    ProxyCommand x' is no name of a user",
        ),
        ({"cluster_security_group_ids": ["mine"]}, "cluster_security_group_ids: must be security groups' ids (sg-"),
        ({"cluster_public_key": 5}, "cluster_public_key: must be a text, not 5; put a name in quotes"),
        ({"job_options": "x"}, "job_options: must be names and values, such as NAME: value, not x"),
        ({"job_cmdenv": 5}, "job_cmdenv: must be names and values, such as NAME: value, not 5"),
        ({"job_input": 2024}, "job_input: must be a list of texts, not 2024; put a name in quotes"),
        ({"job_input": True}, "job_input: must be a list of texts, not True; put a name in quotes"),
        (
            {"job_input": [datetime.date(2024, 1, 5)]},
            "job_input: must be a list of texts; 2024-01-05 is none; put a name",
        ),
        ({"job_output": datetime.date(2024, 1, 5)}, "job_output: must be a text, not 2024-01-05; put a name in quotes"),
        ({"job_mapper": 1.5}, "job_mapper: must be a text, not 1.5; put a name in quotes"),
        ({"cluster_ssh_cidr": "0.0.0.0/1"}, "cluster_ssh_cidr: 0.0.0.0/1 would open SSH to the whole world"),
        ({"job_input": []}, "job_input"),
        ({"job_input": [{"a": 1}]}, "job_input: must be a list of texts"),
        ({"cluster_workers": -1}, "cluster_workers: must be 0 to 1000"),
        ({"cluster_workers": 1.5}, "cluster_workers: must be a whole number"),
        ({"cluster_workers": float("inf")}, "cluster_workers: must be a whole number"),
        ({"cluster_timeout": float("nan")}, "cluster_timeout: must be a whole number"),
        ({"job_options": {1: 2}}, "job_options: the name 1 must be a text"),
        ({"job_input": {"a": "b"}}, "job_input: must be a list, not a mapping"),
        ({"job_name": {"a": "b"}}, "job_name: must be a text, not a mapping"),
        ({"cluster_workers": True}, "cluster_workers: must be a whole number"),
        ({"cluster_workers": "two"}, "cluster_workers:"),
        ({"cluster_name": "Upper"}, "cluster_name: 'Upper' is no name for a cluster"),
        ({"cluster_ssh_cidr": "0.0.0.0/0"}, "cluster_ssh_cidr: 0.0.0.0/0 would open SSH"),
        ({"cluster_ssh_cidr": "::/0"}, "cluster_ssh_cidr: ::/0 would open SSH"),
        ({"cluster_ssh_cidr": "10.0.0.0/33"}, "cluster_ssh_cidr: '10.0.0.0/33' is no CIDR"),
        ({"cluster_keep": "sometimes"}, "cluster_keep:"),
        ({"cluster_ttl": "soon"}, "cluster_ttl: 'soon' is no time to live"),
        ({"cluster_ttl": "30h"}, "cluster_ttl: must not be longer"),
        ({"cluster_ttl": "4 h"}, "cluster_ttl: '4 h' is no time to live"),
        ({"cluster_ttl_max": "soon"}, "cluster_ttl_max: 'soon' is no duration"),
        ({"cluster_image": "debian"}, "cluster_image: must be"),
        ({"cluster_subnet_id": "default"}, "cluster_subnet_id: must be"),
        ({"cluster_tags": {"Name": "x"}}, "cluster_tags: the key 'Name' is reserved"),
        ({"cluster_timeout": 0}, "cluster_timeout: must be"),
        ({"job_name": "a/b"}, "job_name: must be one line without a slash"),
        ({"job_name": "."}, "job_name: must be one line without a slash and more than dots, not '.'"),
        ({"job_name": ".."}, "job_name: must be one line without a slash and more than dots, not '..'"),
        ({"job_bucket": "My_Bucket"}, "job_bucket: must be"),
        ({"cluster_root_volume": {"size": 2}}, "cluster_root_volume: size"),
        ({"cluster_root_volume": {"sise": 20}}, "cluster_root_volume: knows size and type"),
        ({"cluster_root_volume": {"type": "sc1"}}, "cluster_root_volume: no instance boots from a volume of type sc1"),
        ({"cluster_volumes": [{"size": 124, "type": "st1"}]}, "cluster_volumes: a size of 124 GiB of type st1 is not"),
        ({"cluster_volumes": [{"type": "io1"}]}, "cluster_volumes: io1 needs a number of operations"),
        ({"job_reduces": 0}, "job_reduces: with 0 reduces"),
        ({"job_reducer": "NONE"}, "job_reducer: NONE is no program; leave it out, and with job_reduces: 0 too"),
        ({"job_reducer": "None", "job_reduces": 0}, "job_reducer: None is no program"),
        ({"job_options": {"mapreduce.job.tags": "x"}}, "job_options: The option mapreduce.job.tags"),
        ({"job_options": {"mapred.reduce.tasks": 3}}, "job_options: The option mapred.reduce.tasks"),
        ({"job_options": {"fs.s3a.secret.key": "x"}}, "job_options: The option fs.s3a.secret.key looks like a secret"),
        ({"job_options": {"a": {"b": 1}}}, "job_options: the value of 'a'"),
        (
            {"job_options": {"-D mapreduce.map.memory.mb": 512}},
            "job_options: The option -D mapreduce.map.memory.mb is no name of a property; write mapreduce.map.memory.mb: and",
        ),
        (
            {"job_options": {"a.b=1": ""}},
            "job_options: The option a.b=1 is no name of a property; write a.b: and its value",
        ),
        (
            {"job_cmdenv": {"A": "two words"}},
            "job_cmdenv: The value of the environment variable A holds a blank, where Hadoop would cut it; begin the "
            "command with env 'A=...' instead",
        ),
        ({"job_cmdenv": {"DB_PASSWORD": "x"}}, "job_cmdenv: The environment variable DB_PASSWORD looks like a secret"),
        ({"job_cmdenv": {"AWS_SECRET_ACCESS_KEY": "x"}}, "job_cmdenv: The environment variable AWS_SECRET_ACCESS_KEY"),
        ({"job_cmdenv": {"A-B": "1"}}, "job_cmdenv: 'A-B' is no name"),
        ({"job_mapper": "./gone.py --x"}, "job_mapper: there is no file ./gone.py in "),
        ({"job_mapper": "bin/tool --x"}, "job_mapper: there is no file bin/tool in "),
        ({"job_mapper": "'m.py' --x"}, "job_mapper: "),
        ({"job_files": ["."]}, "job_files: "),
        ({"job_archives": ["in.txt"]}, "job_archives: "),
        ({"job_sort": [True]}, "job_sort: must be a list of texts"),
        (
            {"job_sort": "2nr"},
            "job_sort: field 2 is not in the key, which has 1 field; set job_key_fields to 2 or more",
        ),
        ({"job_map_memory": "2G"}, "job_map_memory: must be a whole number of MiB, such as 2048, not 2G"),
        ({"job_timeout": "1h"}, "job_timeout: must be a whole number of seconds, such as 3600, not 1h"),
        ({"job_timeout": "long"}, "job_timeout: must be a whole number of seconds, not long"),
        ({"job_maps": 0}, "job_maps: must be 1 to 100000"),
        ({"job_vcores": 1.5}, "job_vcores: must be a whole number"),
        ({"job_priority": "urgent"}, "job_priority: "),
        ({"job_output_compress": "gz"}, "job_output_compress: "),
        (
            {"job_queue": "a", "job_options": {"mapred.job.queue.name": "a"}},
            "job_queue: the property mapred.job.queue.name says the same",
        ),
        ({"job_queue": "fast"}, "job_queue: the cluster has no queue fast, but default"),
        (
            {"job_queue": "fast", "hadoop_site": {"capacity-scheduler": 1}},
            "hadoop_site: the properties of capacity-scheduler must be names and values",
        ),
        (
            {"job_output_compress": "snappy", "job_output_decompress": True},
            "job_output_decompress: snappy cannot be decompressed here",
        ),
        ({"job_options": {"mapred.cache.archives": "x"}}, "job_options: The option mapred.cache.archives"),
        ({"hadoop_archive_sha512": "abc"}, "hadoop_archive_sha512: must be 128"),
    ],
)
def test_settle_impossible_value_is_named(job, values, named):
    folder, good = job
    _found, problems = settle(folder, {**good, **values})
    assert [text for text in problems if text.startswith(named)], problems


@pytest.mark.parametrize(
    "more",
    [
        {"job_queue": "default"},
        {"job_queue": "fast", "hadoop_capacity_scheduler": {"yarn.scheduler.capacity.root.queues": "default,fast"}},
        {"job_queue": "root.a.b", "hadoop_capacity_scheduler": {"yarn.scheduler.capacity.root.a.queues": "b"}},
        {"job_queue": "b", "hadoop_site": {"capacity-scheduler": {"yarn.scheduler.capacity.root.queues": "a, b"}}},
        {"job_queue": "any", "cluster_provider": "inventory"},
        {"job_queue": "any", "hadoop_yarn_site": {"yarn.resourcemanager.scheduler.class": "x"}},
        {"job_queue": "any", "hadoop_site": {"yarn-site": {"yarn.resourcemanager.scheduler.class": "x"}}},
        {"job_output_compress": "bzip2", "job_output_decompress": True},
        {"job_output": "s3://b/out/", "job_input_mode": "direct"},
        {"job_output": "hdfs:///data/out", "cluster_keep": "always"},
        {"job_output": "hdfs:///data/out", "cluster_provider": "inventory"},
        {"job_output_merged": True, "job_output_existing": "refused"},
    ],
)
def test_settle_takes_queues_that_are_there_and_codecs_that_can_be_unpacked(job, more):
    folder, good = job
    assert settle(folder, {**good, **more})[1] == []


def test_settle_takes_the_durations_that_the_modules_take(job):
    folder, good = job
    assert settle(folder, {**good, "cluster_ttl": "1h30m", "cluster_ttl_max": "2d"})[1] == []


def test_settle_names_every_problem_at_once(job):
    folder, good = job
    _found, problems = settle(folder, {**good, "cluster_workers": -1, "cluster_ttl": "soon", "job_mapper": "x.py"})
    assert len(problems) == 3, problems


def test_program_that_is_a_directory_or_empty_is_refused(job):
    folder, good = job
    (folder / "empty.py").touch()
    _found, problems = settle(folder, {**good, "job_mapper": ".", "job_reducer": "empty.py"})
    assert any("is not a file" in text for text in problems) and any("is empty" in text for text in problems), problems


def test_unknown_names_in_a_job_file_get_the_nearest_right_one():
    specs = settings.load_specs()
    assert settings.unknown_names(["job_maper"], specs, strict=True) == [
        "job_maper: there is no such variable; did you mean job_mapper?"
    ]
    assert len(settings.unknown_names(["colour"], specs, strict=True)) == 1


@pytest.mark.parametrize(
    "name, near",
    {
        "job_compress": "job_output_compress",
        "job_compression": "job_output_compress",
        "job_environment": "job_cmdenv",
        "cluster_size": "cluster_workers",
        "cluster_nodes": "cluster_workers",
        "job_reducers": "job_reduces",
        "job_memory": "job_map_memory",
        "cluster_worker": "cluster_workers",
    }.items(),
)
def test_a_name_in_other_words_gets_the_variable_of_the_same_meaning(name, near):
    specs = settings.load_specs()
    (problem,) = settings.unknown_names([name], specs, strict=True)
    assert problem == f"{name}: there is no such variable; did you mean {near}?"


def test_unknown_names_elsewhere_only_near_misses_count():
    specs = settings.load_specs()
    assert settings.unknown_names(["job_queue_of_my_own", "colour", "job_file"], specs, strict=False) == []
    assert len(settings.unknown_names(["cluster_worker"], specs, strict=False)) == 1
    (problem,) = settings.unknown_names(["job_flie"], specs, strict=False)
    assert problem == "job_flie: there is no such variable; did you mean job_file?"


def test_fill_defaults_names_cluster_after_the_job(job):
    folder, good = job
    found, _problems = settle(folder, good)
    done = settings.fill_defaults(found, "/x/My Job_2.yml")
    assert (done["job_name"], done["cluster_name"]) == ("My Job_2", "my-job-2")
    assert done["job_output"] == os.path.join(os.getcwd(), "output", "My Job_2")


@pytest.mark.parametrize("output", ["s3://b/out", "hdfs:///data/out", "ftp://x"])
def test_what_is_written_beside_an_answer_elsewhere_lies_where_the_user_stands(job, output, tmp_path, monkeypatch):
    folder, good = job
    monkeypatch.chdir(tmp_path)
    found, _problems = settle(folder, {**good, "job_name": "wc"})
    assert settings.fill_defaults({**found, "job_output": output}, None)["job_beside"] == str(tmp_path / "wc")
    here = settings.fill_defaults({**found, "job_output": "/x/out"}, None)
    assert here["job_beside"] == "/x/out"


def test_fill_defaults_takes_the_folder_s_name_where_the_file_is_called_job(job, tmp_path, monkeypatch):
    folder, good = job
    found, _problems = settle(folder, good)
    assert settings.fill_defaults(found, "/home/me/word_count/job.yml")["cluster_name"] == "word-count"
    (tmp_path / "Word Count").mkdir()
    monkeypatch.chdir(tmp_path / "Word Count")
    assert settings.fill_defaults(found, None)["job_name"] == "Word Count"


def test_refuse_lists_all_and_raises_only_with_problems():
    settings.refuse([], "x")
    with pytest.raises(OhmyError) as caught:
        settings.refuse(["a: b", "c: d"], "The file")
    assert "a: b" in str(caught.value) and "c: d" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"), [("90m", 5400), ("4h", 14400), ("3600", 3600), ("1d", 86400), ("x", None)]
)
def test_seconds(text, expected):
    assert checks.seconds(text) == expected


def test_documented_job_file_is_that_of_the_specs():
    printed = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "job_template.py")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert (ROOT / "files" / "job.yml").read_text("utf-8") == printed, "run scripts/job_template.py > files/job.yml"


@pytest.mark.parametrize(
    ("given", "user", "package"),
    [
        ({}, "admin", "openjdk-17-jre-headless"),
        ({"cluster_image": "ubuntu-24.04"}, "ubuntu", "openjdk-17-jre-headless"),
        ({"cluster_image": "amazon-linux-2023"}, "ec2-user", "java-17-amazon-corretto-headless"),
        ({"cluster_image": "amazon-linux-2023", "cluster_ssh_user": "me"}, "me", "java-17-amazon-corretto-headless"),
        ({"cluster_image": "ami-0123456789abcdef0"}, "admin", "openjdk-17-jre-headless"),
        ({"cluster_image": "debian-13", "hadoop_java_package": "temurin-21-jre"}, "admin", "temurin-21-jre"),
    ],
)
def test_login_and_java_follow_from_the_image(tmp_path, given, user, package):
    values, problems = settings.settle(settings.load_specs(), [(str(tmp_path), {"job_mapper": "cat", **given})])
    assert not [text for text in problems if text.startswith(("cluster_", "hadoop_java_package"))]
    done = settings.fill_defaults(values, None)
    assert (done["cluster_ssh_user"], done["hadoop_java_package"]) == (user, package)
