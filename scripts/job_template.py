# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print files/job.yml, the documented job file that a user copies, from the roles' argument specs."""

from __future__ import annotations

import re
import textwrap
import typing as t

import yaml

from ansible_collections.ohmy.hadoop.plugins.plugin_utils.settings import load_specs

HEAD = """\
---
# A job of ohmy.hadoop: copy this file, fill in the five variables that are not commented out,
# job_name to job_output, and run
#     ansible-playbook run_job.yml -e job_file=PATH
# Relative paths count from the folder of the job file; ~ and $NAME in them are what a shell makes
# of them. What is commented out shows the default, or an example where there is none.
"""
EXAMPLES = {
    "job_name": "wordcount",
    "job_mapper": "mapper.py",
    "job_reducer": "reducer.py",
    "job_combiner": "combiner.py",
    "job_input": ["data/*.txt"],
    "job_output": "output/wordcount",
    "job_bucket": "my-bucket",
    "job_maps": 20,
    "job_key_fields": 2,
    "job_field_separator": ",",
    "job_output_separator": ";",
    "job_partition_fields": 1,
    "job_sort": [1, "2nr"],
    "job_input_format": "nline",
    "job_lines_per_map": 100,
    "job_output_format": "sequence",
    "job_output_compress": "gzip",
    "job_map_output_compress": "snappy",
    "job_queue": "default",
    "job_priority": "high",
    "job_map_memory": 2048,
    "job_reduce_memory": 2048,
    "job_vcores": 2,
    "job_task_timeout": 1800,
    "job_attempts": 2,
    "job_tolerated_failures": 5,
    "job_steps": [
        {"name": "count", "mapper": "mapper.py", "reducer": "reducer.py"},
        {"name": "rank", "mapper": "turn.py", "sort": ["1nr"]},
    ],
    "cluster_name": "wordcount",
    "cluster_master_instance_type": ["m6i.xlarge"],
    "cluster_ssh_proxy": "me@bastion.example.com",
    "cluster_master_image": "ami-0123456789abcdef0",
    "cluster_master_root_volume": {"size": 100, "type": "gp3"},
    "cluster_fallback_subnet_ids": ["subnet-0123456789abcdef1"],
    "cluster_worker_groups": [{"name": "spot", "workers": 4, "spot": "prefer"}],
    "cluster_region": "us-east-1",
    "cluster_profile": "default",
    "cluster_subnet_id": "subnet-0123456789abcdef0",
    "cluster_ssh_user": "admin",
    "cluster_max_hourly_cost": 2.5,
    "cluster_prices": "prices.yml",
    "cluster_public_key": "~/.ssh/id_ed25519.pub",
    "cluster_key_name": "my-key",
    "cluster_instance_profile": "my-hadoop-node",
    "hadoop_cluster": "demo",
    "hadoop_master_host": "m1",
    "hadoop_worker_hosts": ["w1", "w2"],
    "hadoop_address": "10.0.0.5",
    "hadoop_node_python": "3.11",
    "hadoop_task_memory": 1024,
    "hadoop_archive": "archives/hadoop-3.5.0.tar",
    "hadoop_archive_sha512": "…",
    "hadoop_overlay": "archives/hadoop-s3-3.5.0.tar",
    "hadoop_overlay_sha512": "…",
    "hadoop_java_package": "openjdk-17-jre-headless",
    "hadoop_data_disks": ["/dev/disk/by-id/nvme-1", "/data/2"],
    "hadoop_java_archive": "archives/jre-17.tar.gz",
    "hadoop_java_archive_sha512": "…",
}
# A further example below a variable that is not commented out.
MORE = {"job_input": "# Or, for objects in S3: job_input: ['s3://my-bucket/books/']\n"}
FIRST = ["job_name", "job_mapper", "job_reducer", "job_input", "job_output"]
TITLES = {"job": "The job", "cluster": "The cluster", "hadoop": "Hadoop"}


def plain(description: str | list[str]) -> str:
    """Return a description without Ansible's markup."""
    text = " ".join([description] if isinstance(description, str) else description)
    return re.sub(r"[OVCM]\(([^)]*)\)", r"\1", text)


def entry(name: str, option: dict[str, t.Any]) -> str:
    """Return the lines of one variable."""
    words = plain(option["description"])
    if "choices" in option:
        words += f" One of: {', '.join(option['choices'])}."
    comment = textwrap.fill(words, 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    value = option.get("default", EXAMPLES.get(name))
    shown = (
        yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1000, sort_keys=False)
        .removesuffix("\n...\n")
        .strip()
    )
    return f"{comment}\n{'' if name in FIRST else '# '}{name}: {shown}\n{MORE.get(name, '')}"


def template() -> str:
    """Return the whole file."""
    specs = load_specs()
    parts = [HEAD] + [entry(name, specs[name]) for name in FIRST]
    for role, title in TITLES.items():
        names = [name for name in specs if name.startswith(f"{role}_") and name not in FIRST]
        parts.append(f"# {title}\n# {'-' * len(title)}\n")
        parts += [entry(name, specs[name]) for name in names]
    return "\n".join(parts)


if __name__ == "__main__":
    print(template(), end="")
