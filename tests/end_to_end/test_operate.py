# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at a cluster, commands and files on its nodes, who may log in, web pages, and what it costs: one cluster for all."""

from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tests.chromium import chromium
from tests.documented import documented
from tests.socks import fetch
from tests.waiting import wait_for

from .support import ROOT, tags, write_job

pytestmark = pytest.mark.long
PAGE = "docs/operate.md"
CLUSTER = "demo"
WORDS = "the mapper said so"
MAPPER = f"""import sys
print({WORDS!r}, file=sys.stderr)
sys.stdout.writelines(sys.stdin)
"""


class Operator:
    """A person with a launched cluster, and a folder in which commands are typed."""

    def __init__(self, cloud, folder: Path) -> None:
        self.cloud, self.folder = cloud, folder

    def type(self, text: str, seconds: float = 600) -> subprocess.CompletedProcess[str]:
        """Type commands; return what they printed, errors too."""
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", text],
            cwd=self.folder,
            env=self.cloud.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )

    def play(self, verb: str, *words: str, **values: t.Any) -> subprocess.CompletedProcess[str]:
        """Run one of the verbs on the cluster."""
        given = json.dumps({"cluster_name": CLUSTER, **values})
        return self.type(shlex.join(["ansible-playbook", f"ohmy.hadoop.{verb}", "-e", given, *words]))

    @property
    def config(self) -> Path:
        """Return the cluster's ssh_config."""
        (found,) = (self.cloud.home / "state" / "ohmy.hadoop").glob(f"{CLUSTER}-*/ssh_config")
        return found

    def ssh(self, host: str, line: str) -> subprocess.CompletedProcess[str]:
        """Log in by the printed line, over a connection of its own."""
        alone = ["-o", "ControlPath=none", "-o", "ControlMaster=no", "-o", "ConnectTimeout=5", "-o", "BatchMode=yes"]
        return subprocess.run(
            ["ssh", "-F", str(self.config), *alone, host, line],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="module", name="operator")
def fixture_operator(cloud, tmp_path_factory):
    """Launch a cluster with two workers after one that would have cost too much; end it with its tunnel open."""
    folder = tmp_path_factory.mktemp("operate")
    (folder / "in.txt").write_text("a\n")
    job = write_job(folder, cluster_name=CLUSTER, job_mapper="cat", job_input=["in.txt"])
    operator = Operator(cloud, folder)
    refused = cloud.play("playbooks/launch.yml", "-e", f"job_file={job}", "-e", "cluster_max_hourly_cost=0.2")
    assert refused.code != 0 and "3 x m6i.large at 0.096" in refused.text, refused.text
    assert "cluster_max_hourly_cost is 0.2" in refused.text and not cloud.leftovers(CLUSTER), refused.text
    run = cloud.play("playbooks/launch.yml", "-e", f"job_file={job}", "-e", "cluster_max_hourly_cost=0.5")
    assert run.code == 0, run.text
    done = ["ls", "/var/lib/cloud/instance/boot-finished"]
    for one in cloud.instances(CLUSTER, "running"):  # each has let its host key be known
        wait_for(f"{one['InstanceId']} to boot", lambda one=one: cloud.inside(one, *done).returncode == 0, 400)
    yield operator
    assert operator.play("ui", ui="open").returncode == 0
    run = cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={CLUSTER}")
    assert run.code == 0 and cloud.leftovers(CLUSTER) == [], run.text
    wait_for("the tunnel to end with the cluster", lambda: not tunnels(cloud), 20)


@pytest.fixture(name="nodes")
def fixture_nodes(cloud, operator):
    """Return the instances, master first."""
    return sorted(cloud.instances(CLUSTER, "running"), key=lambda one: tags(one)["ohmy:group"])


def tunnels(cloud) -> list[str]:
    """Return the command lines of the tunnels that are open from this cloud; other tests have theirs at the same time."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ")
                own = f"HOME={cloud.home}".encode() in (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if own and line.startswith("ssh") and " -D 127.0.0.1:" in line and "-ui" in line:
                found.append(line)
    return found


def test_describe_shows_nodes_price_end_login_and_what_others_left(cloud, operator, nodes):
    (operator.folder / "prices.yml").write_text(documented(PAGE, "prices"))
    marks = [{"Key": "ohmy:cluster", "Value": "gone"}, {"Key": "ohmy:schema", "Value": "1"}]
    specification = [{"ResourceType": "security-group", "Tags": marks}]
    ec2 = cloud.client("ec2")
    group = ec2.create_security_group(GroupName="ohmy-gone", Description="left", TagSpecifications=specification)
    try:
        done = operator.type(documented(PAGE, "describe").replace("demo", "demo -e cluster_prices=prices.yml"))
    finally:
        ec2.delete_security_group(GroupId=group["GroupId"])
    assert done.returncode == 0, done.stdout
    for one in nodes:
        assert done.stdout.count(one["InstanceId"]) == 2 and one["PrivateIpAddress"] in done.stdout, done.stdout
    assert f"{CLUSTER} in us-east-1: running, 3 instances" in done.stdout, done.stdout
    assert "3 x m6i.large at 0.096" in done.stdout and "so far 0." in done.stdout, done.stdout
    assert "It ends by itself at" in done.stdout and f"ssh -F {operator.config} master" in done.stdout, done.stdout
    assert "gone in us-east-1: no instances, but something is left" in done.stdout, done.stdout
    assert f"security group {group['GroupId']}" in done.stdout, done.stdout


def test_the_commands_of_the_page(cloud, operator, nodes):
    line = ["su", "-", "hdfs", "-s", "/bin/bash", "-c", "hdfs dfsadmin -report -live"]
    wait_for("HDFS", lambda: "datanodes (2)" in cloud.inside(nodes[0], *line).stdout, 300)
    done = operator.type(documented(PAGE, "command"))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("exit code 0") >= 3 and "Live datanodes (2)" in done.stdout, done.stdout


def test_equal_answers_are_shown_once_and_others_make_it_fail(operator, nodes):
    worker = f"{CLUSTER}-worker-{nodes[1]['InstanceId']}"
    line = f"hostname -I | grep -qw {nodes[1]['PrivateIpAddress']} && {{ echo no >&2; exit 3; }}; whoami"
    done = operator.play("run_command", command=line)
    assert done.returncode != 0 and "(2 hosts): exit code 0\n    admin\n" in done.stdout, done.stdout
    assert f"{worker}: exit code 3\n    stderr: no" in done.stdout, done.stdout
    assert f"It did not go well on 1 of 3 hosts: {worker}: exit code 3" in done.stdout, done.stdout
    slow = {"command": "id -un; sleep 60", "command_timeout": 2, "command_become": True}
    done = operator.play("run_command", group=worker, **slow)
    assert done.returncode != 0 and f"{worker}: ended by the time limit\n    root" in done.stdout, done.stdout


def test_copies_travel_only_where_something_differs(cloud, operator, nodes):
    (operator.folder / "model" / "deep").mkdir(parents=True)
    (operator.folder / "model" / "a b.txt").write_text("one\n")
    (operator.folder / "model" / "deep" / "x.bin").write_bytes(bytes(range(256)) * 4096)
    (operator.folder / "stopwords.txt").write_text("the\n")
    done = operator.type(documented(PAGE, "copy"))
    assert done.returncode == 0 and "write /srv/model/deep/x.bin" in done.stdout, done.stdout
    for one in nodes:
        told = cloud.inside(
            one, "sh", "-c", "cd /srv/model; sha256sum deep/x.bin; cat 'a b.txt'; stat -c %a:%U deep"
        ).stdout
        assert told.endswith("one\n755:root\n"), told
    told = [cloud.inside(one, "stat", "-c", "%a %s", "/srv/stopwords.txt").stdout for one in nodes]
    assert told == ["", "640 4\n", "640 4\n"], told
    cloud.inside(nodes[2], "sh", "-c", "echo two > '/srv/model/a b.txt'")
    check = operator.play("copy_file", "--check", src="model", dest="/srv/model")
    mended = operator.play("copy_file", src="model", dest="/srv/model")
    for run in (check, mended):
        assert "(2 hosts): as it is to be" in run.stdout, run.stdout
        assert re.search(r"worker-i-\w+: changed\n    write /srv/model/a b.txt\n", run.stdout), run.stdout
    assert cloud.inside(nodes[2], "cat", "/srv/model/a b.txt").stdout == "one\n"


def test_the_logs_of_all_daemons_come_by_one_command(operator, nodes):
    done = operator.type(documented(PAGE, "logs").replace("/tmp/look", "look"))
    assert done.returncode == 0 and done.stdout.count(": changed") >= 2, done.stdout
    (folder,) = operator.folder.glob(f"{CLUSTER}-logs-*")
    assert f"The logs lie in ./{folder.name}, in a folder for each host." in done.stdout, done.stdout
    hosts = {path.name for path in folder.iterdir()}
    workers = {f"{CLUSTER}-worker-{one['InstanceId']}" for one in nodes[1:]}
    assert hosts == {f"{CLUSTER}-master", *workers}
    names = {host: {path.name for path in (folder / host).rglob("*") if path.is_file()} for host in hosts}
    wanted = {"master": ("namenode", "resourcemanager"), "worker": ("datanode", "nodemanager")}
    for host, found in names.items():
        for daemon in wanted[host.split("-")[1]]:
            assert any(daemon in name and name.endswith(".log") for name in found), (host, found)
        assert {"journal.txt", "units.txt"} <= found, (host, found)
        assert "Started" in next((folder / host).rglob("journal.txt")).read_text("utf-8", "replace")
    assert len(list((operator.folder / "look").glob(f"{CLUSTER}-logs-*/*"))) == 1


def test_make_shell_becomes_a_shell_on_the_node(operator, nodes):
    code = (
        "import os, sys; from scripts import run; sys.exit(run.log_in(sys.argv[1:-1], sys.argv[-1], dict(os.environ)))"
    )
    words = ["ansible-playbook", "ohmy.hadoop.login", "-e", f"cluster_name={CLUSTER}", "worker-1"]
    line = shlex.join([sys.executable, "-c", code, *words])
    done = operator.type(f"cd {shlex.quote(str(ROOT))}; echo 'hostname -I; whoami' | {line}")
    addresses = [one["PrivateIpAddress"] for one in nodes[1:]]
    assert done.returncode == 0 and "admin" in done.stdout.split(), done.stdout
    assert any(address in done.stdout for address in addresses), done.stdout


def test_who_may_log_in(cloud, operator, nodes):
    done = operator.type(documented(PAGE, "login"))
    assert done.returncode == 0 and f"Log in with: ssh -F {operator.config} master" in done.stdout, done.stdout
    names = [operator.ssh(host, "hostname -I").stdout.split()[0] for host in ("master", "worker-1", "worker-2")]
    assert sorted(names) == sorted(one["PrivateIpAddress"] for one in nodes)
    closed = operator.type(documented(PAGE, "authorize"))
    assert closed.returncode == 0 and "allowed from nowhere" in closed.stdout, closed.stdout
    assert operator.ssh("master", "true").returncode == 255
    assert operator.play("authorize").returncode == 0
    assert operator.ssh("master", "true").returncode == 0
    rules = cloud.client("ec2").describe_security_groups(Filters=[{"Name": "tag:ohmy:cluster", "Values": [CLUSTER]}])
    ranges = [one for rule in rules["SecurityGroups"][0]["IpPermissions"] for one in rule["IpRanges"]]
    assert len(ranges) == 1, ranges


def test_web_pages_through_the_tunnel_and_no_other_way(cloud, operator, nodes):
    master = nodes[0]["PrivateIpAddress"]
    for port in (8088, 9870, 19888):
        with pytest.raises(OSError):
            socket.create_connection((master, port), 2).close()
    opened, closing = documented(PAGE, "ui").splitlines()
    done = operator.type(opened)
    assert done.returncode == 0 and f"http://{master}:8088/" in done.stdout, done.stdout
    port = int(re.search(r"socks5h://127\.0\.0\.1:(\d+)", done.stdout)[1])
    assert len(tunnels(cloud)) == 1

    def page(url):
        try:
            return fetch(port, url)
        except OSError:
            return None

    at, text = wait_for("YARN's list of nodes", lambda: page(f"http://{master}:8088/cluster/nodes"), 120)
    link = wait_for("a worker in it", lambda: re.search(r"//(ip-[\w.-]+|[\d.]+):8042", page(at)[1]), 120)
    worker = fetch(port, f"http://{link[1]}:8042/node")
    assert "NodeManager" in worker[1], worker
    assert "Namenode" in fetch(port, f"http://{master}:9870/dfshealth.html")[1]
    assert "JobHistory" in wait_for("JobHistory", lambda: page(f"http://{master}:19888/jobhistory"), 60)[1]
    again = operator.type(opened)
    assert again.returncode == 0 and f"socks5h://127.0.0.1:{port}" in again.stdout and len(tunnels(cloud)) == 1
    assert "changed=0" in again.stdout, again.stdout
    done = operator.type(closing)
    assert done.returncode == 0 and "The tunnel is closed" in done.stdout, done.stdout
    wait_for("the tunnel to end", lambda: not tunnels(cloud), 10)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 2).close()
    assert "There was no tunnel" in operator.type(closing).stdout


def test_in_a_browser_from_the_cluster_to_what_a_task_said(cloud, operator, tmp_path):
    (tmp_path / "in.txt").write_text("a\n")
    (tmp_path / "said.py").write_text(MAPPER)
    programs = {"job_mapper": "said.py", "job_reducer": "cat", "job_input": ["in.txt"], "job_output": "out"}
    job = write_job(tmp_path, cluster_name=CLUSTER, cluster_keep="always", job_preflight="off", **programs)
    run = cloud.play("run_job.yml", "-e", f"job_file={job}")
    assert run.code == 0, run.text
    tunnel = operator.type(documented(PAGE, "ui").splitlines()[0])
    proxy, at = (re.search(what, tunnel.stdout) for what in (r"socks5://[\d.]+:\d+", r"http://[\d.]+:8088/"))
    assert tunnel.returncode == 0 and proxy and at, tunnel.stdout
    with chromium(f"--proxy-server={proxy[0]}") as browser:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(at[0])
        page.get_by_role("link", name="Applications").click()
        page.get_by_role("link", name=re.compile("^application_")).first.click()
        page.get_by_role("link", name="History").click()
        page.locator("a[href*='/jobhistory/tasks/'][href$='/m']").first.click()
        page.get_by_role("link", name=re.compile("_m_000000$")).click()
        attempts = page.url
        page.get_by_role("link", name="logs").click()
        page.get_by_text(WORDS).wait_for()
        page.goto(attempts)
        page.get_by_role("link", name=re.compile(":8042$")).click()
        page.get_by_role("heading", name="NodeManager information").wait_for()
        page.goto(at[0].replace("8088", "9870"))
        # The address leads to another page, whose links do nothing before its scripts have run.
        page.get_by_role("heading", name="Summary", exact=True).wait_for()
        page.get_by_role("link", name="Datanodes").first.click()
        page.get_by_text("In service", exact=True).first.wait_for()
