# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``make run`` does once everything is set up: the local cloud up, and a playbook against it.

``run.py [PLAYBOOK [NODE]]``: with ``playbooks/login.yml`` a shell on the node follows.
The job file is ``$JOB``, relative to ``$OHMY_CALLER`` or to the checkout. Ctrl-C ends the playbook; then the job file's
``job_on_disconnect`` and ``cluster_keep`` say whether the cluster stays.
"""

from __future__ import annotations

import json
import locale
import os
import re
import shlex
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
EXAMPLE = "files/example/job.yml"
RUN_JOB, LOGIN, LOGS, TERMINATE = "run_job.yml", "playbooks/login.yml", "playbooks/logs.yml", "playbooks/terminate.yml"
AWS_CONFIG = CHECKOUT / "var/localcloud/aws-config"
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
# How long a playbook may take to end by itself after Ctrl-C.
GRACE_SECONDS = 20
# How ansible-playbook ends after Ctrl-C, which it takes also where a script started all this in the background.
ANSIBLE_INTERRUPTED = 99


def find_job(job: str, caller: str, checkout: Path) -> Path:
    """Return the absolute path of the job file; SystemExit names the places where there is none."""
    if not job:
        return checkout / EXAMPLE
    places = list(dict.fromkeys(Path(folder, Path(job).expanduser()) for folder in (caller or checkout, checkout)))
    for place in places:
        for path in (place, place / "job.yml"):  # a folder stands for the job in it
            if path.is_file():
                return Path(os.path.abspath(path))
    raise SystemExit(f"There is no job file {' or '.join(map(str, places))}; in a folder it is called job.yml.")


def has_locale(name: str) -> bool:
    """Tell whether the system has a locale."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


def locale_for_ansible(inherited: t.Mapping[str, str]) -> dict[str, str]:
    """Return what to set where the locale is not UTF-8, or one that the system lacks: Ansible does not start in either.

    SSH hands on the locale of the machine where the user sits, which this one need not have.
    """
    decides = next((inherited[key] for key in ("LC_ALL", "LC_CTYPE", "LANG") if inherited.get(key)), "")
    every = [value for key, value in inherited.items() if value and (key == "LANG" or key.startswith("LC_"))]
    names = [inherited["LC_ALL"]] if inherited.get("LC_ALL") else every
    fit = re.search(r"\.utf-?8\b", decides, re.IGNORECASE) and all(map(has_locale, names))
    return {} if fit else {"LC_ALL": "C.UTF-8"}


def environment(inherited: t.Mapping[str, str], aws_config: Path, checkout: Path) -> dict[str, str]:
    """Return the playbook's environment: of AWS it knows the local cloud, whatever the user's own settings are.

    No proxy leads to what is on this machine alone. PATH stays: a job's programs are tried by the python3 that is found
    there, and .venv holds more than any node.
    """
    kept = {key: value for key, value in inherited.items() if not key.startswith("AWS_") and key.lower() not in PROXIES}
    for name in ("PYTHONUNBUFFERED", "JOB", "OHMY_CALLER", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        kept.pop(name, None)
    ours = {
        "ANSIBLE_CONFIG": str(checkout / "ansible.cfg"),
        "AWS_CONFIG_FILE": str(aws_config),
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PROFILE": "localcloud",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if more := inherited.get("ANSIBLE_COLLECTIONS_PATH"):  # it goes before ansible.cfg
        ours["ANSIBLE_COLLECTIONS_PATH"] = f"{checkout / 'build/collections'}{os.pathsep}{more}"
    return {**kept, **locale_for_ansible(inherited), **ours}


def playbook(name: str, job: Path) -> list[str]:
    """Return the command that plays *name* for the job file; a path may hold blanks, quotes and braces."""
    program = str(CHECKOUT / ".venv/bin/ansible-playbook")
    given = {"job_file": str(job)}
    if name == LOGS:
        given["logs_dest"] = str(CHECKOUT / "output/logs")
    # Not as a template, whatever braces stand in a path; YAML knows no pairs of escapes for one letter, as JSON does.
    words = [f"{key}: !unsafe {json.dumps(value, ensure_ascii=False)}" for key, value in given.items()]
    return [program, str(CHECKOUT / name), "-e", f"{{{', '.join(words)}}}"]


def after_interrupt(variables: t.Mapping[str, t.Any]) -> str:
    """Say what becomes of an interrupted run's cluster: ``leave``, ``remove``, or ``kill`` (the job only).

    ``continue`` leaves the job at work; ``kill`` ends it, with its cluster unless that is to be kept.
    """
    if variables.get("job_on_disconnect", "continue") != "kill":
        return "leave"
    return "remove" if variables.get("cluster_keep", "never") == "never" else "kill"


class _Plain(yaml.SafeLoader):
    """Takes what has a tag that only Ansible knows, such as !vault, for the text that stands there, or for nothing."""


_Plain.add_constructor(
    None, lambda loader, node: loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None
)


def load(job: Path) -> dict[str, t.Any]:
    """Return the job file's variables, none when it cannot be read: the playbook says better what is wrong."""
    try:
        variables = _Plain(job.read_bytes()).get_single_data()
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return variables if isinstance(variables, dict) else {}


def follow(command: list[str], env: dict[str, str]) -> tuple[int, bool]:
    """Run a command to its end; return its exit code and whether it was interrupted.

    From a terminal the command gets Ctrl-C itself; when only this process was interrupted it is passed on.
    """
    process = subprocess.Popen(command, env=env, cwd=CHECKOUT)
    try:
        code = process.wait()
        return (130, True) if code == ANSIBLE_INTERRUPTED else (code, False)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    for passed_on, seconds in ((None, 2), (signal.SIGINT, GRACE_SECONDS), (signal.SIGKILL, None)):
        if passed_on is not None:
            process.send_signal(passed_on)
        try:
            process.wait(seconds)
            break
        except subprocess.TimeoutExpired:
            continue
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return 130, True


def make(target: str, job: Path) -> str:
    """Return the command by which a user makes a target for the job file."""
    return f"make {target} JOB={shlex.quote(str(job))}"


def interrupted(job: Path, env: dict[str, str]) -> None:
    """Do and say what the job file wants after Ctrl-C."""
    what = after_interrupt(load(job))
    if what == "remove":
        print("\nInterrupted; job_on_disconnect is kill and cluster_keep never: removing the cluster.", flush=True)
        follow(playbook(TERMINATE, job), env)
        return
    if what == "kill":
        print("\nInterrupted; job_on_disconnect is kill: the master kills the job when nobody asks for two minutes.")
    else:
        print("\nInterrupted; job_on_disconnect is continue: a job, where one was submitted already, runs on.")
    come_back(job)


def come_back(job: Path) -> None:
    """Say how to go on with what a run left."""
    print(f"A cluster that was launched stays, until its time to live ends. To go on with the run: {make('run', job)}")
    print(f"To remove the cluster: {make('terminate', job)}   To remove all clusters here: make down", flush=True)


def log_in(command: list[str], node: str, env: dict[str, str]) -> int:
    """Become a shell on a node by the line that the playbook prints; return its exit code where it prints none."""
    done = subprocess.run(command, env=env, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    found = re.search(r"Log in with: (ssh -F .+)", done.stdout)
    if done.returncode or not found:
        print(done.stdout)
        print(
            "A job leaves a cluster with cluster_keep: always in its job file. For another job's: make shell JOB=PATH"
        )
        return done.returncode or 1
    words = shlex.split(found[1])[:3]
    hosts = [line.split()[1:] for line in Path(words[-1]).read_text("utf-8").splitlines() if line.startswith("Host ")]
    if not any(node in names for names in hosts):
        shorts = [names[0] for names in hosts if names != ["*"]]
        raise SystemExit(f"There is no node {node}; there are {', '.join(shorts)}.")
    os.execvpe(words[0], [*words, node], env)


def main() -> int:
    """Bring up the local cloud and run the playbook; return its exit code, 130 after Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    name = sys.argv[1] if len(sys.argv) > 1 else RUN_JOB
    job = find_job(os.environ.get("JOB", ""), os.environ.get("OHMY_CALLER", ""), CHECKOUT)
    cloud = [str(CHECKOUT / "scripts/as_root"), "start the local cloud: containers, a network and firewall rules"]
    code, stopped = follow([*cloud, sys.executable, "-m", "localcloud", "up"], dict(os.environ))
    if code or stopped:
        return code
    env = environment(os.environ, AWS_CONFIG, CHECKOUT)
    env["OHMY_RUN"], env["OHMY_TERMINATE"] = make("run", job), make("terminate", job)
    if name == LOGIN:
        return log_in(playbook(name, job), sys.argv[2], env)
    code, stopped = follow(playbook(name, job), env)
    if stopped and name == RUN_JOB:
        interrupted(job, env)
    elif code < 0 and name == RUN_JOB:
        print(f"\nThe playbook was ended by signal {-code}.")
        come_back(job)
    return code


if __name__ == "__main__":
    sys.exit(main())
