# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of a run's variables that come from a vault or the environment, as ansible-playbook itself works them out."""

from __future__ import annotations

import base64
import json
import re

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import hidden_values
from tests.playbook import play

VAULT = VaultLib([("default", VaultSecret(b"pw"))])


class Vaulted(str):
    """A text to be written as ansible-vault encrypt_string does."""


yaml.SafeDumper.add_representer(
    Vaulted,
    lambda dumper, text: dumper.represent_scalar("!vault", VAULT.encrypt(text).decode(), style="|"),
)


def hidden(folder, job, *arguments, **env):
    """Return what a run with this job file is to hide, and all that was printed."""
    (folder / "pw").write_text("pw")
    (folder / "h.tar").write_text("")
    (folder / "in.txt").write_text("x\n")
    values = {
        "cluster_provider": "inventory",
        "cluster_name": "demo",
        "hadoop_master_host": "localhost",
        "hadoop_archive": str(folder / "h.tar"),
        "hadoop_archive_sha512": "ab" * 64,
        "hadoop_overlay": "",
        "hadoop_java": "package",
        "job_input": ["in.txt"],
        "job_mapper": "cat",
    }
    (folder / "job.yml").write_text(yaml.safe_dump({**values, **job}))
    tasks = [
        {"ohmy.hadoop.job_settings": {"file": str(folder / "job.yml")}, "register": "found"},
        {"ansible.builtin.debug": {"msg": "RESULT {{ found.settings.job_hidden | to_json | b64encode }} END"}},
    ]
    book = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    _code, text = play(folder, book, "--vault-password-file", "pw", "-v", *arguments, **env)
    result = re.search(r"RESULT (\S+) END", text)
    assert result is not None, text
    return set(json.loads(base64.b64decode(result[1]))), text


def test_values_from_vaults_and_the_environment_are_found(tmp_path):
    (tmp_path / "vars.yml").write_text(
        yaml.safe_dump(
            {
                "one": Vaulted("vault-one"),
                "two": {"deep": [Vaulted("vault-two")], "other": "ordinary"},
                "three": "{{ lookup('env', 'THREE') }}",
                "usual": "ordinary",
                "five": Vaulted("vault-five"),
                "job_cmdenv": {"PLACE": Vaulted("vault-cmdenv")},
            }
        )
    )
    (tmp_path / "whole.yml").write_bytes(VAULT.encrypt("four: vault-four\njob_reduces: 1\njob_reducer: cat\n"))
    job = {
        "job_mapper": "cat {{ one }} {{ lookup('env', 'MY_TOKEN') }} {{ lookup('env', 'USUAL') }}",
        "job_output": "{{ lookup('env', 'PLACE') }}/out",
        "job_options": {
            "app.own": Vaulted("vault-own"),
            "app.one": "{{ one }}",
            "app.two": "x-{{ two.deep[0] }}-y",
            "app.three": "{{ three }}",
            "app.five": "{{ hostvars['localhost'].five }}",
            "app.four": "{{ four }}",
            "app.direct": "{{ lookup('ansible.builtin.env', \"DIRECT\") }}",
            "app.file": "{{ query('file', 'secret.txt')[0] }}",
            "app.plain": "ordinary",
            "app.name": "{{ usual }}-more",
        },
    }
    (tmp_path / "secret.txt").write_text("from-a-file")
    env = {
        "THREE": "env-three",
        "DIRECT": "env-direct",
        "MY_TOKEN": "env-token",
        "USUAL": "usual",
        "PLACE": "/tmp/place",
    }
    found, text = hidden(tmp_path, job, "-e", "@vars.yml", "-e", "@whole.yml", **env)
    assert found == {
        *("vault-one", "vault-two", "vault-five", "vault-cmdenv", "vault-four", "vault-own", "x-vault-two-y"),
        *("env-three", "env-direct", "env-token", "from-a-file"),
    }
    # Nor does the module itself show them.
    assert [value for value in found if value in text] == []


def test_a_vaulted_job_file_hides_what_it_hands_on(tmp_path):
    hidden(tmp_path, {})
    job = yaml.safe_load((tmp_path / "job.yml").read_text()) | {"job_options": {"app.dsn": "from-the-file"}}
    (tmp_path / "vaulted.yml").write_bytes(VAULT.encrypt(yaml.safe_dump(job)))
    assert hidden(tmp_path, {}, "-e", "@vaulted.yml")[0] == {"from-the-file"}


def test_of_options_that_another_variable_holds_only_what_is_vaulted_is_hidden(tmp_path):
    shared = {"app.own": Vaulted("vault-own"), "app.plain": "-Xmx2g -Dplain=1"}
    (tmp_path / "vars.yml").write_text(yaml.safe_dump({"shared": shared}))
    assert hidden(tmp_path, {"job_options": "{{ shared }}"}, "-e", "@vars.yml")[0] == {"vault-own"}


def test_an_ordinary_run_hides_nothing(tmp_path):
    job = {"job_name": "{{ lookup('env', 'USER') }}-books", "job_options": {"a.b": "c", "d.e": 2}}
    assert hidden(tmp_path, job, USER="somebody")[0] == set()


@pytest.mark.parametrize("steps", [[{"options": {"a": "{{ x }}"}}], []])
def test_steps_are_looked_through_and_what_cannot_be_worked_out_is_left(steps):
    def template(value):
        raise hidden_values.AnsibleError("no such variable")

    found = hidden_values.Sources(
        {"x": "{{ y }} {{ lookup('env', 'A_B') }}", "y": "{{ x }}"}, template, {"A_B": "hush-hush"}
    )
    value = [{"options": {"a": "hush-hush"}} for _one in steps]
    assert found.of(steps, value) == ({"hush-hush"} if steps else set())
