# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Try on a node what a job's programs need: interpreters start, modules are found; as the tasks' user, bounded in time."""

from __future__ import annotations

import grp
import json
import os
import posixpath
import pwd
import shutil
import subprocess
import typing as t

from .._hadoop.many import for_all
from . import debian_packages as debs
from .findings import Finding, of_kind
from .program_words import PYTHON, SHELLS

Data = t.Mapping[str, t.Any]
SECONDS = 10
MOST = 8
# A program's text that ends at once, for each interpreter that can be told one.
NOTHING = {
    **{shell: ["-c", ":"] for shell in SHELLS},
    **{awk: ["BEGIN {}"] for awk in ("awk", "gawk", "mawk")},
    **{name: ["-e", "1"] for name in ("perl", "ruby", "node", "nodejs", "Rscript")},
    "php": ["-r", ";"],
    "lua": ["-e", ""],
}
# Relative places are the task's own folder, whose modules are shipped.
FIND = """
import importlib.util, json, sys
sys.path[:] = [place for place in sys.path if place.startswith("/")]
def is_there(name):
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
print(json.dumps([name for name in sys.argv[1:] if not is_there(name)]))
"""


class Starter:
    """Starts programs as tasks are started.

    :param environment: all that they see; its PATH is where commands are looked for.
    :param user: None for this process's own.
    """

    def __init__(self, environment: t.Mapping[str, str], user: str | None) -> None:
        self.environment = dict(environment)
        self.identity: dict[str, t.Any] = {}
        if user is not None:
            entry = pwd.getpwnam(user)
            more = [group.gr_gid for group in grp.getgrall() if user in group.gr_mem]
            self.identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": more}

    def where(self, name: str) -> str | None:
        """Return the path of a command, None where there is none that can be run."""
        return shutil.which(name, path=self.environment.get("PATH", ""))

    def run(self, argv: t.Sequence[str]) -> tuple[str, str]:
        """Return (what a program printed, why it did not end well: "" where it did)."""
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
                cwd="/",
                env=self.environment,
                **self.identity,
            )
        except subprocess.TimeoutExpired:
            return "", f"it did not end within {SECONDS} s"
        except OSError as exc:
            return "", exc.strerror or str(exc)
        if done.returncode == 0:
            return done.stdout, ""
        last = (done.stderr.strip().splitlines() or [""])[-1][:200]
        return "", f"it ended with {done.returncode}{': ' if last else ''}{last}"


def probe(needs: Data, starter: Starter) -> list[Finding]:
    """Return what of a job's needs is not on this node.

    :param needs: see ``needs.needs``.
    """
    found, tried = [], []
    for program in needs.get("programs") or []:
        path = starter.where(program["name"])
        if path is None:
            found.append(_absent(program))
        elif program["interpreter"]:
            tried.append((program, path))
    for one in for_all(lambda pair: _try(*pair, needs.get("modules") or [], starter), tried[:MOST]):
        found += one
    return found


def _absent(program: Data) -> Finding:
    name, where = program["name"], program["where"]
    line = where.startswith("The first line")
    text = f"{where} {'asks for' if line else 'runs'} {name}, which the master lacks."
    package = debs.package_of(posixpath.basename(name))
    hint = f"Name {package} in hadoop_packages." if package else "Ship it with job_files, or install it on all nodes."
    if posixpath.basename(name) == "python":
        hint = "Ask for python3, or name python-is-python3 in hadoop_packages."
    return of_kind("interpreter-absent" if line else "command-absent", text, hint, program=name)


def _try(program: Data, path: str, modules: t.Sequence[Data], starter: Starter) -> list[Finding]:
    """Return whether an interpreter starts, and of Python's modules those that it does not find."""
    name = posixpath.basename(program["name"])
    wanted = [one for one in modules if one["python"] == program["name"]]
    if PYTHON.fullmatch(name):
        words = ["-c", FIND, *sorted({word for one in wanted for word in (one["name"], *one["instead"])})]
    elif name in NOTHING:
        words = NOTHING[name]
    else:
        return []
    out, trouble = starter.run([path, *words])
    if trouble:
        text = f"{program['where']} asks for {program['name']}, which does not start on the master: {trouble}."
        hint = f"Try it there: sudo -u yarn {path} --version"
        return [of_kind("interpreter-broken", text, hint, program=program["name"])]
    # What a site's own start-up prints comes before it.
    return [] if not wanted else _missing(wanted, set(json.loads(out.splitlines()[-1])))


def _missing(wanted: t.Sequence[Data], gone: set[str]) -> list[Finding]:
    found = []
    for one in wanted:
        name, kind = one["name"], one["kind"]
        if name not in gone or (one["instead"] and not gone & set(one["instead"])):
            continue
        text = f"{one['where']}: {name} is neither on the master nor shipped"
        if kind == "module-optional":
            text += "; it fails if this import is reached"
        elif kind == "module-unsure":
            text += ", unless the program finds it in a place of its own"
        package = debs.package_for(name) if os.path.exists("/usr/bin/dpkg") else ""
        hint = "Ship its file with job_files, or name its Debian package in hadoop_packages."
        hint = f"Name {package} in hadoop_packages." if package else hint
        found.append(of_kind(kind, f"{text}.", hint, module=name, python=one["python"]))
    return found
