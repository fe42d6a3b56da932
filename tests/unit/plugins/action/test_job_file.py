# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job file that cannot be read says where."""

from __future__ import annotations

import types

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.ohmy.hadoop.plugins.action import job_settings
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from tests.playbook import play


@pytest.mark.parametrize(
    "text, words",
    [
        ("job_mapper: m.py\njob_input: [a\njob_x: b\n", r"job\.yml, line 3, is not valid YAML"),
        ("- a\n", "must hold variables"),
        ("1: a\n", "must hold variables"),
        ("", "must hold variables"),
        ("# nothing yet\n", "must hold variables"),
        ("job_steps:\n\t- mapper: cat\n", r"job\.yml, line 2, is not valid YAML: .*[Tt]ab"),
    ],
)
def test_a_job_file_that_is_none_is_refused_by_its_line(tmp_path, text, words):
    (tmp_path / "job.yml").write_text(text)
    loader = types.SimpleNamespace(_loader=DataLoader())
    with pytest.raises(OhmyError, match=words):
        job_settings.ActionModule._load(loader, str(tmp_path / "job.yml"))


def test_a_job_file_that_is_not_utf_8_is_refused_by_its_byte(tmp_path):
    (tmp_path / "job.yml").write_text("job_mapper: cat\n", "utf-16")
    loader = types.SimpleNamespace(_loader=DataLoader())
    with pytest.raises(OhmyError, match="job.yml is not UTF-8: byte 1 is 0xff") as caught:
        job_settings.ActionModule._load(loader, str(tmp_path / "job.yml"))
    assert "iconv" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["\ufeffjob_mapper: cat\n", "\ufeff# mine\r\njob_mapper: cat\r\n", "job_mapper: cat\r\n"]
)
def test_marks_and_line_ends_of_other_systems_are_read(tmp_path, text):
    (tmp_path / "job.yml").write_bytes(text.encode())
    loader = types.SimpleNamespace(_loader=DataLoader())
    assert job_settings.ActionModule._load(loader, str(tmp_path / "job.yml")) == {"job_mapper": "cat"}


def test_an_encrypted_job_file_without_its_password_is_told_as_that(tmp_path):
    vault = VaultLib([("default", VaultSecret(b"pw"))])
    (tmp_path / "job.yml").write_bytes(vault.encrypt(b"job_mapper: cat\n"))
    loader = types.SimpleNamespace(_loader=DataLoader())
    with pytest.raises(OhmyError, match="job.yml is encrypted, and was not opened") as caught:
        job_settings.ActionModule._load(loader, str(tmp_path / "job.yml"))
    assert "--ask-vault-pass" in caught.value.hint and "YAML" not in caught.value.message


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_is_no_job_file(tmp_path, there):
    if there:
        (tmp_path / "job.yml").write_text("job_mapper: cat\n")
    with pytest.raises(OhmyError, match=f"{tmp_path} is a folder, and no job file") as caught:
        job_settings.ActionModule._load(types.SimpleNamespace(), str(tmp_path))
    assert (f"-e job_file={tmp_path}/job.yml" in caught.value.hint) == there


def told(folder, *arguments):
    """Return what is printed by a play that reads the job file of a folder and tells two of its variables."""
    tell = "<{{ found.settings.job_output }}> <{{ found.settings.job_cmdenv }}>"
    tasks = [
        {"ohmy.hadoop.job_settings": {"file": "{{ job_file }}"}, "register": "found"},
        {"ansible.builtin.debug": {"msg": tell}},
    ]
    return play(folder, [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], *arguments)[1]


def job(folder, **values):
    """Write a job file that needs no AWS."""
    (folder / "in.txt").write_text("x\n")
    (folder / "h.tar").write_text("")
    own = {"cluster_provider": "inventory", "hadoop_master_host": "localhost", "hadoop_overlay": ""}
    archive = {"hadoop_archive": "h.tar", "hadoop_archive_sha512": "ab" * 64, "hadoop_java": "package"}
    whole = {"job_mapper": "cat", "job_input": ["in.txt"], **own, **archive, **values}
    (folder / "job.yml").write_text(yaml.safe_dump(whole))


def test_variables_of_a_job_file_may_name_each_other_and_what_is_said_with_e_wins(tmp_path):
    job(tmp_path, job_name="words", job_output="out/{{ job_name }}", job_cmdenv={"DAY": "{{ day | default('none') }}"})
    first = told(tmp_path, "-e", "job_file=job.yml")
    assert f"<{tmp_path}/out/words> <{{'DAY': 'none'}}>" in first, first
    second = told(tmp_path, "-e", "job_file=job.yml", "-e", "job_name=other", "-e", "day=1")
    assert f"<{tmp_path}/out/other> <{{'DAY': '1'}}>" in second, second
    job(tmp_path, job_output="out/{{ job_nmae }}")
    lost = told(tmp_path, "-e", "job_file=job.yml")
    assert "The value of job_output cannot be worked out: 'job_nmae' is undefined" in lost, lost


def test_a_path_that_ansible_cut_at_a_blank_is_told_as_that(tmp_path):
    (tmp_path / "my jobs").mkdir()
    job(tmp_path / "my jobs", job_output="out")
    cut = told(tmp_path, "-e", "job_file=my jobs/job.yml")
    assert "Of what -e says, jobs/job.yml belongs to no variable" in cut and "quotes of its own" in cut, cut
    assert f"<{tmp_path}/my jobs/out>" in told(tmp_path, "-e", "job_file='my jobs/job.yml'")


def test_who_names_no_job_file_or_gives_no_password_is_told_how(tmp_path):
    text = told(tmp_path, "-e", "job_file=")
    assert "job_input: is missing" in text and "Name a job file with -e job_file=PATH;" in text, text
    vaulted = "$ANSIBLE_VAULT;1.1;AES256\n    31323334"
    (tmp_path / "job.yml").write_text(f"job_mapper: !vault |\n    {vaulted}\n")
    text = told(tmp_path, "-e", "job_file=job.yml")
    assert "The value of job_mapper cannot be worked out" in text and "Give the vault's password" in text, text
