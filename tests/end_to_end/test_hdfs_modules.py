# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HDFS modules alone on a master alone, their effects read back by Hadoop's own commands."""

from __future__ import annotations

import collections
import gzip
import hashlib
import json
import os
import time
from pathlib import Path

import pytest
import yaml

from tests.documented import documented
from tests.waiting import wait_for

from .lone import NAME as CLUSTER
from .support import BIN, Run

pytestmark = pytest.mark.long
PAGE = "docs/modules.md"
NAMES = [
    "a b",
    "100%",
    "%41",
    "#h",
    "{x}",
    "-dash",
    "it's",
    'q"q',
    "ümläut€😀",
    "a+b",
    "q?x=1&y",
    "s;c",
    "b\\s",
    "[b]*",
    "$HOME",
    "~t",
]


class Fleet:
    """The kept cluster as its user sees it: a folder with an inventory, and the master."""

    def __init__(self, cloud, folder: Path) -> None:
        self.cloud, self.folder = cloud, folder
        (folder / "inventory").mkdir(parents=True)
        (folder / "inventory" / "ec2.ohmy_hadoop.yml").write_text(documented("docs/inventory.md", "file"))

    def start(self, playbook: str, *arguments: str) -> Run:
        """Start a playbook in the folder."""
        command = [str(BIN / "ansible-playbook"), "-i", "inventory", playbook, *arguments]
        return Run(command, self.cloud.env, self.folder)

    def play(self, playbook: str, *arguments: str) -> Run:
        """Run a playbook in the folder to its end."""
        run = self.start(playbook, *arguments)
        run.code = run.finish(300)
        return run

    def tasks(self, *tasks: dict, name: str = "tasks.yml") -> str:
        """Write a playbook of tasks on the master and return its name."""
        play = {"hosts": f"{CLUSTER}_master", "gather_facts": False, "become": True, "tasks": list(tasks)}
        (self.folder / name).write_text(yaml.safe_dump([play], allow_unicode=True))
        return name

    def do(self, *tasks: dict) -> dict:
        """Run tasks on the master, which must succeed; return the result that ``SAY`` wrote down, if any."""
        run = self.play(self.tasks(*tasks))
        assert run.code == 0, run.text
        path = self.folder / "result.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def hdfs(self, *lines: str) -> str:
        """Run ``hdfs dfs`` (and what else a shell has) on the master as the superuser; return what it printed."""
        script = "cd /tmp; export LC_ALL=C.UTF-8 HADOOP_OPTS='-Dsun.jnu.encoding=UTF-8 -Dstdout.encoding=UTF-8'\n"
        script += "set -euo pipefail\n" + "\n".join(lines)
        done = self.cloud.inside(
            self.cloud.master(CLUSTER), "runuser", "-u", "hdfs", "--", "bash", "-lc", script, seconds=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def is_there(self, path: str) -> bool:
        """Tell in milliseconds whether HDFS holds a path."""
        master = self.cloud.master(CLUSTER)
        url = f"http://{master['PrivateIpAddress']}:9870/webhdfs/v1{path}?op=GETFILESTATUS&user.name=hdfs"
        return self.cloud.inside(master, "curl", "-sf", "-o", "/dev/null", url).returncode == 0


@pytest.fixture(scope="module", name="fleet")
def fixture_fleet(lone, tmp_path_factory):
    """Have a folder with an inventory; leave nothing in HDFS that others would read."""
    fleet = Fleet(lone.cloud, tmp_path_factory.mktemp("fleet"))
    yield fleet
    fleet.hdfs("hdfs dfs -rm -r -f -skipTrash /data /p /user/hadoop/words /user/hdfs/.Trash")


def upload(**options):
    return {"ohmy.hadoop.hdfs_upload": options, "register": "done"}


SAY = {
    "ansible.builtin.copy": {
        "content": "{{ done | to_json }}",
        "dest": "{{ playbook_dir }}/result.json",
        "mode": "0600",
    },
    "delegate_to": "localhost",
    "become": False,
}


def test_the_page_on_single_modules(cloud, fleet):
    books = fleet.folder / "books"
    books.mkdir()
    (books / "genesis.txt").write_text("In the beginning\nGod created the heaven and the earth\n")
    (books / "exodus.txt").write_text("Now these are the names\nof the children of Israel")
    for name in ("words.yml", "words.py", "tidy.yml"):
        (fleet.folder / name).write_text(documented(PAGE, name).replace("demo_", f"{CLUSTER}_"))
    first, second = documented(PAGE, "commands").splitlines()
    arguments = first.split()[3:], second.partition("#")[0].split()[3:]
    run = fleet.play(*arguments[0])
    assert run.code == 0 and " of 1073741824 bytes are used" in run.text, run.text
    words = (books / "genesis.txt").read_text().lower().split() + (books / "exodus.txt").read_text().lower().split()
    lines = (fleet.folder / "answer" / "words.txt").read_text().splitlines()
    counted = {line.split()[1]: int(line.split()[0]) for line in lines}
    assert counted == dict(collections.Counter(words)) and len(lines) == len(counted)
    run = fleet.play(*arguments[1])
    assert run.code == 0 and "changed=0" in run.text, run.text
    (books / "genesis.txt").write_text("Let there be light\n")
    run = fleet.play(*arguments[0])
    assert run.code == 0 and "light" in (fleet.folder / "answer" / "words.txt").read_text(), run.text
    seen = fleet.hdfs(
        "hdfs dfs -stat '%u %g %a %n' /data/books /data/README",
        "hdfs dfs -count -q /data/books",
        "hdfs dfs -cat /data/README /data/books/in/more/exodus.txt",
    )
    assert "hadoop hadoop 755 books\n" in seen and "hadoop hadoop 644 README\n" in seen
    assert str(1 << 30) in seen and "Books and what is made of them.Now these" in seen
    run = fleet.play("tidy.yml")
    assert run.code == 0 and "fs.trash.interval is 0" in run.text, run.text
    listed = fleet.hdfs("hdfs dfs -ls -R /user/hdfs/.Trash/Current /data")
    assert "/user/hdfs/.Trash/Current/user/hadoop/words/output/_SUCCESS" in listed and "Current/data/README" in listed


def test_names_that_bite_and_five_hundred_small_files_there_and_back(fleet):
    source = fleet.folder / "source"
    (source / "web 1").mkdir(parents=True)
    (source / "web2").mkdir()
    files = {f"bite/{name}": f"{name}\n".encode() + b"\xff\x00 no last newline" for name in NAMES}
    files.update({"web 1/access.log": b"1", "web2/access.log": b"22", "empty": b""})
    files.update({f"many/{number:03}": b"%d\n" % number * number for number in range(500)})
    for key, data in files.items():
        path = source / key
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    items = [{"source": str(source / key), "key": key} for key in files]
    task = upload(items=items, target="/user/hadoop/up", fingerprint="f1")
    fetch = {"src": "/user/hadoop/up/bite", "dest": "bite", "require_success": False}
    done = fleet.do(task, SAY, {"ohmy.hadoop.hdfs_fetch": fetch})
    assert len(done["uploaded"]) == len(files)
    seen = fleet.hdfs(
        "hdfs dfs -count /user/hadoop/up",
        "hdfs dfs -cat /user/hadoop/.up.fingerprint",
        "hdfs dfs -cat /user/hadoop/up/many/* | sha256sum",
        "hdfs dfs -cat '/user/hadoop/up/web 1/access.log' /user/hadoop/up/web2/access.log",
        "hdfs dfs -stat '%u %b' /user/hadoop/up/empty",
    )
    total = sum(map(len, files.values()))
    assert seen.split()[:4] == ["5", str(len(files)), str(total), "/user/hadoop/up"] and "\nf1\n" in seen
    many = hashlib.sha256(b"".join(files[f"many/{number:03}"] for number in range(500))).hexdigest()
    assert many in seen and "122hadoop 0" in seen
    assert {f"bite/{name}": (fleet.folder / "bite" / name).read_bytes() for name in NAMES} == {
        key: data for key, data in files.items() if key.startswith("bite/")
    }
    done = fleet.do(task, SAY)
    assert not done["changed"] and len(done["kept"]) == len(files)
    run = fleet.play(fleet.tasks(upload(items=items, target="/user/hadoop/up", fingerprint="f2")))
    assert run.code != 0 and "was not uploaded there with this fingerprint" in run.text


def test_a_killed_upload_is_gone_on_with(fleet):
    paths = [fleet.folder / f"large{number}" for number in range(3)]
    for path in paths:
        path.write_bytes(os.urandom(1 << 20) * 70)
    task = upload(items=[{"source": str(path)} for path in paths], target="/user/hadoop/large")
    run = fleet.start(fleet.tasks(task, SAY))
    wait_for("the first file", lambda: fleet.is_there("/user/hadoop/large/large0"), 120, pause=0.1)
    run.kill()
    assert not fleet.is_there("/user/hadoop/large/large2")
    done = fleet.do(task, SAY)
    assert "large0" in done["kept"] and "large2" in done["uploaded"]
    seen = fleet.hdfs(*(f"hdfs dfs -cat /user/hadoop/large/{path.name} | sha256sum" for path in paths))
    assert seen.split()[::2] == [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    listed = fleet.hdfs("hdfs dfs -ls -C /user/hadoop/large").split()
    assert not any(".ohmy-partial" in name for name in listed)
    paths[1].write_bytes(b"another")
    fleet.do(task, {"ansible.builtin.assert": {"that": ["done.uploaded == ['large1']"]}})
    assert fleet.hdfs("hdfs dfs -cat /user/hadoop/large/large1") == "another"
    fleet.hdfs("echo stranger | hdfs dfs -put -f - /user/hadoop/large/large1")
    run = fleet.play(fleet.tasks(task))
    assert run.code != 0 and "no earlier upload left it like this" in run.text
    assert fleet.hdfs("hdfs dfs -cat /user/hadoop/large/large1") == "stranger\n"


def test_what_hdfs_path_makes_is_what_hadoop_sees(fleet):
    many = [f"/p/many/{number % 10}/{number}" for number in range(200)]
    wishes = [
        {"path": "/p/sticky", "mode": "1777", "name_quota": "10", "space_quota": "2G"},
        {"path": "/p/se cret%", "mode": "0700", "owner": "ada", "group": "staff"},
        {"path": "/p/file", "state": "file", "content": "ädä", "replication": 3, "mode": "0600"},
    ]
    tasks = [
        {"ohmy.hadoop.hdfs_path": {"paths": wishes}, "register": "one"},
        {"ohmy.hadoop.hdfs_path": {"path": many, "owner": "ada"}, "register": "two"},
    ]
    fleet.do(*tasks, {"ansible.builtin.assert": {"that": ["one.changed", "two.changed", "two.paths | length == 200"]}})
    fleet.do(*tasks, {"ansible.builtin.assert": {"that": ["not one.changed", "not two.changed"]}})
    seen = fleet.hdfs(
        "hdfs dfs -stat '%u %g %a %r %n' '/p/se cret%' /p/sticky /p/file",
        "hdfs dfs -count -q /p/sticky",
        "hdfs dfs -cat /p/file",
        "hdfs dfs -ls -R /p/many | grep -c 'ada .*/p/many/./'",
    )
    assert "ada staff 700 0 se cret%" in seen and "1777 0 sticky" in seen and "600 3 file" in seen
    assert seen.splitlines()[3].split()[:4] == ["10", "9", str(2 << 30), str(2 << 30)]
    assert "ädä" in seen and seen.endswith("200\n")
    clear = {"path": "/p/sticky", "name_quota": "none", "space_quota": "none"}
    gone = {"path": ["/p/many", "/p/file"], "state": "absent", "recursive": True}
    fleet.do({"ohmy.hadoop.hdfs_path": clear}, {"ohmy.hadoop.hdfs_path": gone})
    seen = fleet.hdfs("hdfs dfs -count -q /p/sticky", "hdfs dfs -ls -C /p")
    assert seen.split()[:4] == ["none", "inf", "none", "inf"] and "/p/many" not in seen and "/p/file" not in seen
    run = fleet.play(fleet.tasks({"ohmy.hadoop.hdfs_path": {"path": "/p", "mode": 493}}))
    assert run.code != 0 and "Write it in quotes" in run.text
    run = fleet.play(fleet.tasks({"ohmy.hadoop.hdfs_path": {"path": "/p", "state": "absent"}}), "--check")
    assert run.code != 0 and "is not empty" in run.text


def test_fetch_merges_and_unpacks_what_hadoop_wrote_and_leaves_what_is_not_its_own(fleet):
    folder = "/user/hadoop/packed"
    packed = {f"part-{number:05}.gz": gzip.compress(b"%d\n" % number * 1000) for number in range(3)}
    for name, data in packed.items():
        (fleet.folder / name).write_bytes(data)
    items = [{"source": name} for name in packed]
    fetch = {"src": folder, "dest": "merged", "merge": True, "decompress": True, "require_success": False}
    fleet.do(upload(items=items, target=folder), {"ohmy.hadoop.hdfs_fetch": fetch})
    plain = b"".join(b"%d\n" % number * 1000 for number in range(3))
    assert (fleet.folder / "merged" / "packed").read_bytes() == plain
    assert fleet.hdfs(f"hdfs dfs -text {folder}/part-* | sha256sum").split()[0] == hashlib.sha256(plain).hexdigest()
    (fleet.folder / "merged" / "packed").write_bytes(b"edited")
    run = fleet.play(fleet.tasks({"ohmy.hadoop.hdfs_fetch": fetch}))
    assert run.code != 0 and "no earlier fetch left like this: packed" in run.text
    assert (fleet.folder / "merged" / "packed").read_bytes() == b"edited"


def test_a_fetch_renews_the_lease_of_the_cluster(cloud, fleet):
    s3 = cloud.client("s3")
    bucket, key = next(
        (bucket["Name"], entry["Key"])
        for bucket in s3.list_buckets()["Buckets"]
        for entry in s3.list_objects_v2(Bucket=bucket["Name"], Prefix=f"clusters/{CLUSTER}/").get("Contents", [])
        if entry["Key"].endswith("/lease")
    )
    lease = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps({**lease, "expires": int(time.time()) + 1200}).encode())
    fetch = {"src": "/user/hadoop/large/large1", "dest": "one"}
    fleet.do({"ohmy.hadoop.hdfs_fetch": fetch})
    assert json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())["expires"] > time.time() + 3000
    assert (fleet.folder / "one" / "large1").read_bytes() == b"stranger\n"
