# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``make run`` makes of its surroundings."""

from __future__ import annotations

import importlib.util
import json
import locale
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.playbook import play

ROOT = Path(__file__).resolve().parents[3]
_spec = importlib.util.spec_from_file_location("ohmy_run", ROOT / "scripts/run.py")
run = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(run)


def test_without_a_job_the_example_runs(tmp_path: Path) -> None:
    assert run.find_job("", "/somewhere", tmp_path) == tmp_path / "files/example/job.yml"


@pytest.mark.parametrize("name", ["job", "node", "only", "upgrade"])
def test_what_is_to_be_written_in_capitals_is_refused_otherwise(name: str) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--directory", str(ROOT), "help"]
    done = subprocess.run([*command, f"{name}=x"], env=clean, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2 and f"There is no {name}; it is written in capitals" in done.stderr
    # What only stands in the environment is somebody else's.
    env = {**clean, name: "x"}
    done = subprocess.run([*command, "JOB=x"], env=env, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0 and "make run" in done.stdout, done.stderr


def test_a_relative_job_counts_from_the_caller_then_from_the_checkout(tmp_path: Path) -> None:
    caller, checkout = tmp_path / "a caller's", tmp_path / "checkout"
    for folder in (caller / "my jobs", checkout / "my jobs"):
        folder.mkdir(parents=True)
    (checkout / "my jobs/job.yml").touch()
    assert run.find_job("my jobs/job.yml", str(caller), checkout) == checkout / "my jobs/job.yml"
    (caller / "my jobs/job.yml").touch()
    assert run.find_job("my jobs/job.yml", str(caller), checkout) == caller / "my jobs/job.yml"
    assert run.find_job("my jobs", str(caller), checkout) == caller / "my jobs/job.yml"
    assert run.find_job(str(checkout / "my jobs/job.yml"), str(caller), checkout) == checkout / "my jobs/job.yml"


def test_a_missing_job_is_named_with_the_places_looked_at(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=f"{tmp_path}/a/x.yml or {tmp_path}/b/x.yml"):
        run.find_job("x.yml", str(tmp_path / "a"), tmp_path / "b")


def test_the_users_own_aws_is_out_of_reach(tmp_path: Path) -> None:
    inherited = {"AWS_ACCESS_KEY_ID": "a", "AWS_PROFILE": "prod", "PYTHONUNBUFFERED": "1", "HOME": "/h", "PATH": "/bin"}
    proxies = {
        "HTTP_PROXY": "http://p:3128",
        "https_proxy": "http://p:3128",
        "ALL_PROXY": "socks5://p",
        "no_proxy": "x",
    }
    env = run.environment({**inherited, **proxies}, tmp_path / "aws-config", tmp_path)
    assert [key for key in env if key.lower().endswith("_proxy")] == ["no_proxy"]
    assert {key: env[key] for key in env if key.startswith("AWS_")} == {
        "AWS_CONFIG_FILE": str(tmp_path / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PROFILE": "localcloud",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert env["HOME"] == "/h" and env["PATH"] == "/bin" and "PYTHONUNBUFFERED" not in env


def test_the_checkout_goes_before_collections_that_are_installed(tmp_path: Path) -> None:
    env = run.environment({"ANSIBLE_COLLECTIONS_PATH": "/mine:/all"}, tmp_path / "aws-config", tmp_path)
    assert env["ANSIBLE_COLLECTIONS_PATH"] == f"{tmp_path}/build/collections:/mine:/all"
    assert "ANSIBLE_COLLECTIONS_PATH" not in run.environment({}, tmp_path / "aws-config", tmp_path)


@pytest.mark.parametrize(
    ("inherited", "expected"),
    [
        ({}, "C.UTF-8"),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, "C.UTF-8"),
        ({"LC_ALL": "de_DE.ISO-8859-1"}, "C.UTF-8"),
        ({"LC_CTYPE": "POSIX", "LANG": "en_US.UTF-8"}, "C.UTF-8"),
        ({"LC_ALL": "", "LANG": "de_DE.utf8"}, None),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "C"}, "en_US.UTF-8"),
        ({"LANG": "ca_ES.UTF-8@valencia"}, None),
        # SSH hands on what the laptop has, and the machine may lack it.
        ({"LANG": "xx_XX.UTF-8"}, "C.UTF-8"),
        ({"LANG": "en_US.UTF-8", "LC_PAPER": "xx_XX.UTF-8"}, "C.UTF-8"),
        ({"LC_ALL": "xx_XX.UTF-8", "LANG": "en_US.UTF-8"}, "C.UTF-8"),
        ({"LC_ALL": "en_US.UTF-8", "LC_PAPER": "xx_XX.UTF-8"}, "en_US.UTF-8"),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "xx_XX.ISO-8859-1"}, "C.UTF-8"),
    ],
)
def test_ansible_gets_a_locale_in_which_it_starts(
    inherited: dict, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "has_locale", lambda name: not name.startswith("xx"))
    assert (run.environment(inherited, tmp_path / "aws-config", tmp_path).get("LC_ALL") or None) == expected


def test_a_locale_that_the_system_lacks_is_known() -> None:
    before = locale.setlocale(locale.LC_CTYPE)
    assert run.has_locale("C.UTF-8") and not run.has_locale("xx_XX.UTF-8")
    assert locale.setlocale(locale.LC_CTYPE) == before


def given(folder: Path, command: list[str]) -> dict[str, str]:
    """Return the variables that a command gives, as Ansible itself works them out."""
    names = ["job_file", "logs_dest"]
    tell = {"ansible.builtin.copy": {"content": "{{ " + str(names) + " | zip(__told) | to_json }}", "dest": "told"}}
    told = {"__told": [f"{{{{ {name} | default('') }}}}" for name in names]}
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": [{**tell, "vars": told}]}]
    code, text = play(folder, plays, *command[command.index("-e") :])
    assert code == 0, text
    return {name: value for name, value in json.loads((folder / "told").read_text()) if value}


def test_a_path_with_blanks_quotes_and_braces_arrives_whole(tmp_path: Path) -> None:
    job = Path('/a b/it\'s "so" {{ x }} {% ü 😀/job.yml')
    assert given(tmp_path, run.playbook("run_job.yml", job)) == {"job_file": str(job)}


def test_logs_come_into_the_folder_of_outputs(tmp_path: Path) -> None:
    command = run.playbook("playbooks/logs.yml", Path("/job.yml"))
    assert given(tmp_path, command) == {"job_file": "/job.yml", "logs_dest": str(ROOT / "output/logs")}


@pytest.fixture(name="log_in")
def fixture_log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Log in where the playbook prints a text; return what ssh was called with."""
    config = tmp_path / "a b" / "ssh_config"
    config.parent.mkdir()
    config.write_text(
        "Host master demo-master i-0\n    HostName 10.0.0.4\n\nHost worker-1 i-1\n\nHost *\n    User admin\n"
    )
    called: list[list[str]] = []
    monkeypatch.setattr(run.os, "execvpe", lambda _file, words, _env: called.append(words))

    line = f"Log in with: ssh -F '{config}' master (or worker-1, and so on, in place of master)"

    def log_in(node: str, text: str = line, code: int = 0):
        command = [sys.executable, "-c", f"print({text!r}); raise SystemExit({code})"]
        return run.log_in(command, node, dict(os.environ)), called

    log_in.config = str(config)
    return log_in


@pytest.mark.parametrize("node", ["master", "worker-1", "i-1"])
def test_a_shell_is_ssh_by_the_line_that_was_printed(log_in, node: str) -> None:
    assert log_in(node)[1] == [["ssh", "-F", log_in.config, node]]


def test_a_node_that_there_is_not_is_refused_with_those_that_there_are(log_in) -> None:
    with pytest.raises(SystemExit, match="There is no node worker-7; there are master, worker-1."):
        log_in("worker-7")


@pytest.mark.parametrize(("text", "code", "expected"), [("no cluster", 2, 2), ("The cluster is stopped.", 0, 1)])
def test_where_nobody_can_log_in_the_playbook_says_why(log_in, capsys, text: str, code: int, expected: int) -> None:
    assert log_in("master", text, code) == (expected, [])
    printed = capsys.readouterr().out
    assert text in printed and "cluster_keep: always" in printed and "JOB=PATH" in printed


@pytest.mark.parametrize(
    ("variables", "what"),
    [
        ({}, "leave"),
        ({"job_on_disconnect": "continue", "cluster_keep": "never"}, "leave"),
        ({"job_on_disconnect": "kill"}, "remove"),
        ({"job_on_disconnect": "kill", "cluster_keep": "never"}, "remove"),
        ({"job_on_disconnect": "kill", "cluster_keep": "on_failure"}, "kill"),
        ({"job_on_disconnect": "kill", "cluster_keep": "always"}, "kill"),
    ],
)
def test_what_becomes_of_an_interrupted_run(variables: dict, what: str) -> None:
    assert run.after_interrupt(variables) == what


def test_a_job_file_that_is_no_mapping_is_left_to_the_playbook(tmp_path: Path) -> None:
    (tmp_path / "job.yml").write_text("- a\n")
    assert run.load(tmp_path / "job.yml") == run.load(tmp_path / "none.yml") == {}


def test_a_job_file_is_read_past_what_only_ansible_knows(tmp_path: Path) -> None:
    (tmp_path / "job.yml").write_text(
        "job_cmdenv:\n  TOKEN: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    6162\n"
        "job_files: !ours [a, {b: c}]\n? !odd {a: b}\n: 1\n"
        "job_on_disconnect: !unsafe kill\ncluster_keep: never\n"
    )
    variables = run.load(tmp_path / "job.yml")
    assert (variables["job_on_disconnect"], variables["cluster_keep"]) == ("kill", "never")
    assert run.after_interrupt(variables) == "remove"


@pytest.mark.parametrize("text", ["a: [", "a: 2026-99-99", "\x00", "{a: b}: c"])
def test_a_job_file_that_cannot_be_read_is_left_to_the_playbook(tmp_path: Path, text: str) -> None:
    (tmp_path / "job.yml").write_text(text)
    assert run.load(tmp_path / "job.yml") == {}


def test_what_ansible_takes_for_ctrl_c_is_one_where_nothing_came_here() -> None:
    command = [sys.executable, "-c", "raise SystemExit(99)"]
    assert run.follow(command, dict(os.environ)) == (130, True)


def test_ctrl_c_ends_the_command_and_is_told_apart_from_a_failure(tmp_path: Path) -> None:
    code = f"""
import importlib.util, os, sys
spec = importlib.util.spec_from_file_location("run", {str(ROOT / "scripts/run.py")!r})
run = importlib.util.module_from_spec(spec); spec.loader.exec_module(run)
assert run.follow(["false"], dict(os.environ)) == (1, False)
class Told(run.subprocess.Popen):
    def wait(self, *arguments):
        print("waits", flush=True)
        return super().wait(*arguments)
run.subprocess.Popen = Told
print(run.follow(["sleep", "60"], dict(os.environ)), flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "waits\n"
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    assert process.stdout.read() == "waits\n(130, True)\n"
    assert process.wait(10) == 0 and time.monotonic() - began < 5
