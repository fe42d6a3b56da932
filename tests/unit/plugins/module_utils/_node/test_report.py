# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node reports, and the verbs of its bundle."""

from __future__ import annotations

import base64
import json
import types

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.plan import Plan
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.health import newest_reports
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.sizing import Facts, memory
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import cli, disk_layout, report, system, verbs

BLOB = base64.b64encode(b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + bytes(range(224, 256))).decode()
PREFIX = "clusters/demo/7f8f7d1e/"


class Bucket:
    """An S3 that remembers the order of what was written."""

    def __init__(self, objects=()):
        self.objects, self.order = dict(objects), []

    def put(self, key, body):
        self.order.append(key)
        self.objects[key] = body

    def get(self, key):
        self.order.append(key)
        if key not in self.objects:
            raise OhmyError(f"S3 answered 404 to GET {key}")
        return self.objects[key]


@pytest.fixture
def keys(tmp_path, monkeypatch):
    (tmp_path / "ssh_host_ed25519_key.pub").write_text(f"ssh-ed25519 {BLOB} root@node\n")
    wait = report.Reporter.host_keys
    monkeypatch.setattr(report.Reporter, "host_keys", lambda self: wait(self, str(tmp_path)))


@pytest.fixture
def imds(monkeypatch):
    monkeypatch.setattr(verbs, "Imds", lambda: types.SimpleNamespace(get=lambda _path: "i-0123\n"))


def test_the_host_key_is_in_the_object_s_name(tmp_path):
    (tmp_path / "ssh_host_ed25519_key.pub").write_text(f"ssh-ed25519 {BLOB} root@node\n")
    bucket = Bucket()
    report.Reporter(bucket, PREFIX, "i-0123").host_keys(str(tmp_path))
    names = list(bucket.objects)
    assert len(names) == 1
    head, _slash, text = names[0].rpartition("/")
    assert head == f"{PREFIX}nodes/i-0123/hostkey/ssh-ed25519"
    assert base64.b64encode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).decode() == BLOB


def test_waiting_for_a_host_key_has_an_end(tmp_path):
    bucket = Bucket()
    with pytest.raises(OhmyError, match="no ED25519 host key"):
        report.Reporter(bucket, PREFIX, "i-0123").host_keys(str(tmp_path), 0)


def test_a_boot_publishes_its_key_before_all_else_and_reports_last(keys, imds, monkeypatch, document, capsys):
    bucket = Bucket({f"{PREFIX}documents/master.json": json.dumps(document).encode()})
    want = types.SimpleNamespace(
        facts=Facts(8192, 2, "10.0.0.4"), room=memory(8192, ["namenode"]), disks=disk_layout.Layout()
    )
    monkeypatch.setattr(verbs.facts, "gather", lambda _document, _patience: want.facts)
    monkeypatch.setattr(verbs, "converge", lambda _document, _facts, patience: (want, Plan(), []))
    assert verbs.boot(bucket, PREFIX, "master") == 0
    assert [key.split("/")[3] for key in bucket.order] == ["nodes", "documents", "nodes"]
    assert "hostkey" in bucket.order[0] and "report/reached/" in bucket.order[2]
    assert json.loads(bucket.objects[bucket.order[2]])["address"] == "10.0.0.4"
    assert "ohmy: converged" in capsys.readouterr().err


@pytest.mark.parametrize(("body", "words"), [(None, "404"), (b"<html>", "no JSON"), (b'{"schema": 9}', "schema 1")])
def test_a_boot_that_fails_says_so(keys, imds, body, words):
    bucket = Bucket({} if body is None else {f"{PREFIX}documents/master.json": body})
    with pytest.raises(OhmyError, match=words):
        verbs.boot(bucket, PREFIX, "master")
    assert words in json.loads(bucket.objects[f"{PREFIX}nodes/i-0123/report/failed"])["error"]


def test_an_unforeseen_error_is_reported_too():
    bucket = Bucket()
    with pytest.raises(ZeroDivisionError), verbs.told(report.Reporter(bucket, PREFIX, "i-0123")):
        print(1 / 0)
    found = json.loads(bucket.objects[f"{PREFIX}nodes/i-0123/report/failed"])
    assert found["error"] == "division by zero" and "ZeroDivisionError" in found["lines"][-1]


def test_a_report_that_fails_hides_nothing(capsys):
    class Mute(Bucket):
        def put(self, key, body):
            raise OhmyError("S3 did not answer")

    with pytest.raises(OhmyError, match="the true reason"), verbs.told(report.Reporter(Mute(), PREFIX, "i-0123")):
        raise OhmyError("the true reason")
    assert "could not be reported: S3 did not answer" in capsys.readouterr().err


def test_a_failure_does_not_hide_behind_an_earlier_report():
    listing = [("i-0123/report/reached/aa", "2026-01-01T00:00:01Z"), ("i-0123/report/failed", "2026-01-01T00:00:01Z")]
    assert newest_reports(listing) == {"i-0123": ("failed", "i-0123/report/failed")}


def test_names_the_unit_that_failed(monkeypatch):
    states = {"hadoop-namenode.service": "active", "hadoop-resourcemanager.service": "failed"}
    lines = ["INFO x", "java.net.BindException: Address already in use", "\tat a.b.C"]
    monkeypatch.setattr(report, "service_state", states.get)
    monkeypatch.setattr(report, "last_words", lambda _unit: lines)
    error, found = report.failed_units(sorted(states))
    assert error == "hadoop-resourcemanager.service failed: java.net.BindException: Address already in use"
    assert found == lines
    assert report.failed_units(["hadoop-namenode.service"]) is None


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a", "b"], "b"),
        (["x.YException: outer", "\tat z", "Caused by: x.ZException: inner", "\t... 9 more"], "x.ZException: inner"),
        (["java.lang.OutOfMemoryError: Java heap space", "\tat z"], "java.lang.OutOfMemoryError: Java heap space"),
        ([], "it said nothing"),
    ],
)
def test_one_line_says_most(lines, said):
    assert system.one_line(lines) == said


def test_an_error_ends_with_one_line_and_an_exit_code(monkeypatch, capsys):
    def refuse():
        raise OhmyError("No document.", "Boot first.", lines=["a line"])

    monkeypatch.setattr(verbs, "apply_from_disk", refuse)
    assert cli.main(["apply"]) == 1
    assert capsys.readouterr().err == "ohmy: a line\nohmy: No document. Boot first.\n"


def test_a_host_without_s3_reports_nothing(monkeypatch, document):
    monkeypatch.setattr(verbs.documents, "load", lambda: {**document, "s3": None})
    monkeypatch.setattr(verbs.os, "listdir", lambda _path: ["hadoop-namenode.service", "other.service"])
    monkeypatch.setattr(verbs.report, "failed_units", lambda names: (f"{names[0]} failed: why", ["why"]))
    monkeypatch.setattr(verbs, "Imds", None)
    assert cli.main(["report"]) == 0


def test_a_boot_at_which_the_disk_has_the_document_converges_to_it(imds, monkeypatch, document):
    asked = []
    monkeypatch.setattr(verbs.documents, "load", lambda: document)
    monkeypatch.setattr(verbs.S3, "from_document", lambda found: Bucket(asked.append(found) or ()))
    monkeypatch.setattr(verbs, "apply", lambda found, voice, _started: asked.append((found, voice.at)) or 0)
    assert cli.main(["apply"]) == 0
    assert asked == [document, (document, f"{PREFIX}nodes/i-0123/")]


def test_what_a_disk_lacks_is_said_and_reported(monkeypatch, document, capsys):
    bucket = Bucket()
    layout = disk_layout.Layout(lost={"/var/lib/hadoop/disks/2": "the EBS volume /dev/nvme2n1 is gone"})
    want = types.SimpleNamespace(facts=Facts(8192, 2, "10.0.0.4"), room=memory(8192, ["namenode"]), disks=layout)
    monkeypatch.setattr(verbs.facts, "gather", lambda _document, _patience: want.facts)
    monkeypatch.setattr(verbs, "converge", lambda _document, _facts, patience: (want, Plan(), []))
    assert verbs.apply(document, report.Reporter(bucket, PREFIX, "i-0123"), 0.0) == 0
    (body,) = bucket.objects.values()
    assert json.loads(body)["warnings"] == layout.warnings
    assert "ohmy: the EBS volume /dev/nvme2n1 is gone; HDFS goes on without it.\n" in capsys.readouterr().err


@pytest.mark.parametrize("found", [("hadoop-namenode.service failed: why", ["why"]), None])
def test_the_unit_that_failed_is_reported_where_there_is_one(imds, monkeypatch, document, found):
    bucket = Bucket()
    monkeypatch.setattr(verbs.documents, "load", lambda: document)
    monkeypatch.setattr(verbs.S3, "from_document", lambda _document: bucket)
    monkeypatch.setattr(verbs.os, "listdir", lambda _path: ["ohmy-node.service", "hadoop-namenode.service", "x"])
    asked = []
    monkeypatch.setattr(verbs.report, "failed_units", lambda names: asked.extend(names) or found)
    assert cli.main(["report"]) == 0
    assert asked == ["hadoop-namenode.service", "ohmy-node.service"]
    assert [json.loads(body)["lines"] for body in bucket.objects.values()] == ([["why"]] if found else [])


def test_each_verb_does_its_own_work(monkeypatch, document, capsys):
    done = []
    monkeypatch.setattr(verbs.documents, "load", lambda: document)
    monkeypatch.setattr(verbs, "reporter", lambda found: found["cluster"])
    monkeypatch.setattr(verbs, "boot", lambda s3, prefix, role: done.append((s3.bucket, prefix, role)) or 0)
    monkeypatch.setattr(verbs.spot, "watch", lambda voice: done.append(("spot", voice)))
    monkeypatch.setattr(verbs.lease, "check", lambda found: f"the lease of {found['cluster']} holds")
    monkeypatch.setattr(verbs.checkpoint, "main", lambda: 3)
    place = ["--bucket", "b", "--endpoint", "https://s3.example.com", "--region", "eu-central-1"]
    assert cli.main(["boot", *place, "--prefix", PREFIX, "--role", "worker"]) == 0
    assert cli.main(["spot"]) == 0
    assert done == [("b", PREFIX, "worker"), ("spot", "demo")]
    assert cli.main(["lease"]) == 0
    assert capsys.readouterr().err == "ohmy: the lease of demo holds\n"
    assert cli.main(["checkpoint"]) == 3


def test_the_follower_is_given_its_job(monkeypatch):
    from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import follower

    asked = []
    monkeypatch.setattr(follower, "main", lambda job: asked.append(job) or 0)
    assert cli.main(["follow", "/var/lib/ohmy/jobs/words"]) == 0
    assert asked == ["/var/lib/ohmy/jobs/words"]


def test_a_boot_needs_to_know_its_place(capsys):
    with pytest.raises(SystemExit):
        cli.main(["boot", "--bucket", "b", "--role", "master"])
    assert "--prefix" in capsys.readouterr().err


def test_a_boot_as_what_no_node_is_is_refused_before_s3_is_asked(capsys):
    place = ["--bucket", "b", "--endpoint", "https://s3.example.com", "--region", "eu-central-1", "--prefix", PREFIX]
    assert cli.main(["boot", *place, "--role", "worke"]) == 1
    assert "knows no role 'worke'. Use master, worker, compute." in capsys.readouterr().err
