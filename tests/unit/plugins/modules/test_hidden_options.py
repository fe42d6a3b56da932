# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options of modules nobody gets to see, neither in Ansible's log nor in the result, of calls that are refused, too."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.modules import (
    distcp,
    hadoop_node,
    hdfs_path,
    job_check,
    job_plan,
    job_preflight,
    streaming_job,
)

HUSH, MASK = "hush-hush", "(hidden)"


def refuse():
    """Stand for the first look of a module that goes no further."""
    raise OhmyError("Enough.", "Go on.")


@pytest.fixture(name="told")
def fixture_told(monkeypatch, capsys):
    """Return a function that runs a module and returns its result and what it logged; neither holds what is hidden."""
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, text, log_args=None: logged.append(f"{text} {log_args}"))

    def told(module, **args):
        with patch_module_args(args), pytest.raises(SystemExit):
            module.main()
        printed, written = capsys.readouterr().out, "\n".join(logged)
        assert HUSH not in printed and HUSH not in written, printed + written
        result = json.loads(printed.strip().splitlines()[-1])
        return result["invocation"]["module_args"], result, written

    return told


def test_what_a_file_is_to_hold(told, monkeypatch):
    monkeypatch.setattr(hdfs_path, "require_root", refuse)
    several = [{"path": "/b", "content": HUSH, "owner": "ada"}]
    args, result, logged = told(hdfs_path, path="/a", state="file", content=HUSH, paths=several)
    assert result["msg"] == "Enough. Go on." and "/a" in logged and "ada" in logged
    assert args["path"] == ["/a"] and args["content"] == args["paths"][0]["content"] == MASK
    assert args["paths"][0]["owner"] == "ada"


@pytest.mark.parametrize("more", [{"contents": "x"}, {"paths": [HUSH]}, {"paths": {"content": HUSH}}])
def test_what_a_file_is_to_hold_where_ansible_refuses_the_call(told, more):
    args, result, _logged = told(hdfs_path, path="/a", content=HUSH, **more)
    assert result["failed"] and args["content"] == MASK


def test_a_secret_of_a_document_where_ansible_refuses_the_call(told):
    document = {"properties": {"core-site": {"my.password": HUSH, "a": 1}}}
    args, result, _logged = told(hadoop_node, document=document, documents="x")
    assert result["failed"] and args["document"]["properties"]["core-site"] == {"my.password": MASK, "a": 1}
    assert told(hadoop_node, document=f"x {HUSH}")[0]["document"] == MASK


@pytest.mark.parametrize("module", [job_check, job_preflight, streaming_job])
def test_a_secret_that_a_job_is_to_be_refused_for(told, monkeypatch, module):
    if module is not job_preflight:
        monkeypatch.setattr(module, "require_root", refuse if module is job_check else lambda: None)
    job = {"mapper": "cat", "cmdenv": {"DB_PASS": HUSH, "SIZE": "4"}, "options": {"a.secret": HUSH, "b": 1}}
    job.update({"input": ["/in"], "output": "/out"} if module is streaming_job else {})
    job.update({"name": "x", "mode": "off", "provider": "inventory"} if module is job_preflight else {})
    args, result, logged = told(module, **job)
    assert args["cmdenv"] == {"DB_PASS": MASK, "SIZE": "4"} and args["options"] == {"a.secret": MASK, "b": 1}
    assert "SIZE" in logged and ("DB_PASS looks like a secret" in result.get("msg", "")) is (module is streaming_job)
    args, result, _logged = told(module, **job, reduce=1)
    assert result["failed"] and args["cmdenv"]["DB_PASS"] == MASK
    assert told(module, **{**job, "cmdenv": HUSH})[0]["cmdenv"] == MASK


def test_a_secret_that_a_copy_is_to_be_refused_for(told, monkeypatch):
    monkeypatch.setattr(distcp, "require_root", refuse)
    copies = [{"source": "s3://b/a", "target": "/a"}]
    args, _result, logged = told(distcp, copies=copies, options={"fs.s3a.secret.key": HUSH, "b": 1})
    assert args["options"] == {"fs.s3a.secret.key": MASK, "b": 1} and "cmdenv" not in args and "s3://b/a" in logged


@pytest.mark.parametrize("steps", [[{"mapper": "cat", "cmdenv": {"DB_PASS": HUSH, "SIZE": "4"}}], [HUSH], HUSH])
def test_a_secret_of_a_step(told, steps):
    args, result, _logged = told(job_plan, name="x", provider="inventory", input=["/nowhere"], steps=steps)
    assert result["failed"] and args["input"] == ["/nowhere"]
