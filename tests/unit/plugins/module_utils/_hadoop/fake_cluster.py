# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster in memory, as the follower sees it: HDFS, YARN and JobHistory."""

from __future__ import annotations

import contextlib
import time
import types

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import doors, follower, job_look, jobs
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.history import JobTree

SPEC = {
    "schema": 1,
    "id": "wc",
    "kind": "streaming",
    "name": "wc",
    "fingerprint": "f1",
    "input": ["/in"],
    "output": "/user/hadoop/jobs/wc/output",
    "mapper": "m.py",
    "reducer": "r.py",
    "combiner": None,
    "files": [],
    "reduces": 1,
    "options": {},
    "cmdenv": {},
    "on_disconnect": "continue",
}
APP = "application_1_0001"


class FakeHdfs:
    """Files by path; folders are there by the files in them, or by ``folders``."""

    def __init__(self, files=None):
        self.files = dict(files or {})
        self.folders = set()
        self.deleted = []

    def status(self, path):
        """Return a status or None."""
        path = path.rstrip("/")
        if path in self.files:
            return {"type": "FILE", "length": len(self.files[path])}
        if path in self.folders or any(name.startswith(path + "/") for name in self.files):
            return {"type": "DIRECTORY", "length": 0}
        return None

    def list(self, path):
        """Return the entries of a folder."""
        return [
            {"pathSuffix": name[len(path) + 1 :], "type": "FILE", "length": len(data)}
            for name, data in self.files.items()
            if name.startswith(path + "/") and "/" not in name[len(path) + 1 :]
        ]

    def walk(self, path):
        """Yield every file below."""
        for name, data in list(self.files.items()):
            if name.startswith(path + "/"):
                yield name[len(path) + 1 :], {"length": len(data)}

    def open(self, path, offset=0, length=None):
        """Return a stream over some bytes of a file."""
        if path not in self.files:
            raise OhmyError(f"{path} is not there.", "Look.")
        data = self.files[path][offset:][:length]
        return contextlib.nullcontext(types.SimpleNamespace(chunks=lambda: iter([data])))

    def read(self, path, limit=0):
        """Return a file."""
        return self.files[path]

    def create(self, path, data, overwrite=False):
        """Write a file."""
        self.files[path] = data

    def mkdirs(self, path):
        """Make a folder."""
        self.folders.add(path)

    def delete(self, path, recursive=False):
        """Remove a file or a folder."""
        self.deleted.append(path)
        gone = [name for name in self.files if name == path or name.startswith(path + "/")]
        for name in gone:
            del self.files[name]
        return bool(gone)

    def content_summary(self, path):
        """Return counts of a folder."""
        sizes = [entry["length"] for _name, entry in self.walk(path)]
        return {"fileCount": len(sizes), "length": sum(sizes)}


class FakeYarn:
    """Applications whose states are played one by one."""

    def __init__(self):
        self.applications = {}
        self.killed = []
        self.active = 1
        self.on_look = lambda app: None

    def add(self, application, states, tag="ohmy-wc", started=None, **more):
        """Add an application."""
        self.applications[application] = {
            "id": application,
            "states": list(states),
            "applicationTags": tag,
            "startedTime": 1000 * (time.time() if started is None else started),
            **more,
        }

    def app(self, application):
        """Return an application in its next state."""
        app = self.applications.get(application)
        if app is None:
            return None
        state, final = app["states"][0], app.get("finalStatus", "UNDEFINED")
        if len(app["states"]) > 1:
            app["states"].pop(0)
        found = {**app, "state": state, "finalStatus": final}
        self.on_look(found)
        return found

    def apps(self, tag=None, states=None):
        """Return applications with a tag."""
        return [
            {**app, "state": app["states"][0]}
            for app in self.applications.values()
            if tag in app["applicationTags"].split(",")
        ]

    def container(self, container):
        """Return what is said of a container: nothing."""
        return ""

    def kill(self, application):
        """Kill one."""
        self.killed.append(application)
        self.applications[application]["states"] = ["KILLED"]
        return "KILLED"

    def metrics(self):
        """Return the number of nodes."""
        return {"activeNodes": self.active, "unhealthyNodes": 1}

    def nodes(self, states=None):
        """Return the one that is unhealthy; others in a form that nobody expects."""
        if states == "UNHEALTHY":
            full = "1/1 local-dirs have errors: [ /var/lib/hadoop/local : used space above threshold of 90.0% ]"
            return [{"nodeHostName": "worker-1", "state": states, "healthReport": full}]
        raise TypeError("odd form")

    def proxied(self, application, path, params=None):
        """Return a running job."""
        job = {"mapsTotal": 2, "mapsCompleted": 1, "reducesTotal": 1, "mapProgress": "50.0", "failedMapAttempts": 1}
        return {"job": job}

    def attempts(self, application):
        """Return no attempt of a master."""
        return []


class FakeHistory(JobTree):
    """A history that knows every job at once."""

    def __init__(self, answers=None, log=""):
        self.answers = answers or {}
        self.log = log
        super().__init__(lambda path, params: self.answers.get(path))

    def wait_for(self, job, seconds):
        """Return the job."""
        return {"id": job}

    def container_log(self, container, name, node="", size=0):
        """Return the log."""
        return self.log


class Cluster:
    """All of it, and a follower of one job; ``client`` stands for Hadoop's own program."""

    def __init__(self, monkeypatch, root, **changes):
        self.hdfs, self.yarn, self.history = FakeHdfs(), FakeYarn(), FakeHistory()
        self.spec = {**SPEC, **changes}
        self.root = str(root)
        self.started = []
        jobs.create(self.spec, {}, self.root, None)
        self.document = {}
        self.client = lambda argv: (0, "")
        self._monkeypatch = monkeypatch
        cluster = self

        def run(self, argv, limit, turn=None):
            cluster.started.append(argv)
            self.alive()
            code, words = cluster.client(argv)
            with open(self.folder.file("client.log"), "a", encoding="utf-8") as stream:
                stream.write(words)
            return code

        monkeypatch.setattr(follower.Follower, "run", run)
        monkeypatch.setattr(follower, "open_doors", lambda *_: doors.Doors(self.hdfs, self.yarn, self.history))
        monkeypatch.setattr(follower, "read_document", lambda: self.document)

    @property
    def path(self):
        """The job's directory."""
        return f"{self.root}/{self.spec['id']}"

    def follow(self):
        """Follow the job to its end and return its status."""
        assert follower.main(self.path) == 0
        return job_look.status(self.spec["id"], self.root)

    def succeed(self, application=APP, data=b"a\t1\n"):
        """Let the client submit an application that succeeds."""

        def client(_argv):
            self.yarn.add(application, ["ACCEPTED", "RUNNING", "FINISHED"], finalStatus="SUCCEEDED", diagnostics="")
            output = self.spec["output"]
            self.yarn.on_look = lambda app: (
                app["state"] == "FINISHED"
                and self.hdfs.files.update({f"{output}/_SUCCESS": b"", f"{output}/part-00000": data})
            )
            return 0, f"INFO impl.YarnClientImpl: Submitted application {application}\n"

        self.client = client

    def fail_with(self, error):
        """Let the client raise."""

        def client(_argv):
            raise OhmyError(error)

        self.client = client
