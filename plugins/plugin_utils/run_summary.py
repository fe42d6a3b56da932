# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What a run says at its end, in words: the answer or the failure, its time and cost, and what still stands."""

from __future__ import annotations

import bz2
import gzip
import itertools
import json
import os
import re
import shlex
import time
import typing as t
import zlib

from ..module_utils._core.secrets import HIDDEN
from ..module_utils._core.voice import count
from ..module_utils._hadoop.identity import read_manifest
from . import rehearsal_report
from .amounts import money
from .fetch_targets import PACKED

FIRST_LINES = 5
WIDTH = 110
PHASES = ("preflight", "launch", "configure", "stage", "run", "fetch", "terminate")
OPENERS: dict[str, t.Callable[..., t.Any]] = {".gz": gzip.open, ".bz2": bz2.open}


def first_lines(folder: str, names: t.Sequence[str]) -> list[str]:
    """Return the first lines of the parts, made fit to print."""
    lines: list[bytes] = []
    for name in names:
        if name.endswith(PACKED) and not name.endswith(tuple(OPENERS)):
            continue
        opener: t.Callable[..., t.Any] = OPENERS.get(os.path.splitext(name)[1], open)
        try:
            with opener(os.path.join(folder, name), "rb") as stream:
                lines += list(itertools.islice(iter(lambda: stream.readline(4096), b""), FIRST_LINES - len(lines)))
        except (OSError, EOFError, zlib.error):
            continue
        if len(lines) >= FIRST_LINES:
            break
    texts = (line.rstrip(b"\r\n").decode("utf-8", "replace").expandtabs(4) for line in lines)
    # What comes from anybody's data must not move the cursor of a terminal.
    plain = ("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text) for text in texts)
    return [text if len(text) <= WIDTH else text[: WIDTH - 1] + "…" for text in plain]


def answer(folder: str) -> list[str]:
    """Return the lines about the answer in ``folder``, or in HDFS or S3."""
    if "://" in folder:
        return [f"The answer lies in {folder}."]
    parts = (read_manifest(folder) or {}).get("parts", [])
    size = sum(part["size"] for part in parts)
    head = first_lines(folder, [part["name"] for part in parts])
    lines = [f"The answer lies in {folder}: {count(len(parts), 'file')}, {count(size, 'byte')}."]
    if head:
        return lines + ["It begins:"] + [f"    {line}" for line in head]
    return lines if size else lines + ["It is empty: mapper and reducer printed nothing."]


def timing(phases: t.Mapping[str, t.Any]) -> list[str]:
    """Return one line with the seconds of each phase and their sum."""
    known = [(name, float(phases[name])) for name in PHASES if name in phases]
    if not known:
        return []
    text = ", ".join(f"{name} {taken:.1f}" for name, taken in known)
    return [f"Seconds: {text}; {sum(taken for _name, taken in known):.1f} in all."]


def cost(args: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """Return {"usd", "seconds", "per_hour", "at_most"} of this command, by the seconds since its launch began.

    None where no price is known. What the cluster cost before, as in a run that was interrupted, is no part of it.
    """
    price = (args.get("price") or {}).get("per_hour")
    seconds = sum(float(taken) for name, taken in args["phases"].items() if name != "preflight")
    if price is None or not args["phases"].get("launch"):
        return None
    usd = round(price * seconds / 3600, 6)
    return {"usd": usd, "seconds": round(seconds), "per_hour": price, "at_most": bool(args["price"].get("at_most"))}


def spent(args: t.Mapping[str, t.Any]) -> list[str]:
    """Return what this command cost; nothing where that is not known."""
    found = cost(args)
    if found is None:
        return []
    bound = "at most" if found["at_most"] else "about"
    rate = f"{found['seconds']} s at {found['per_hour']:g} USD an hour"
    return [f"This command cost {bound} {money(found['usd'])}: {rate}."]


def job_seconds(args: t.Mapping[str, t.Any]) -> float | None:
    """Return how long the steps of the job really took together; None where one is not known."""
    seconds = [args["took"].get(step["id"]) for step in args["plan"]["steps"]]
    return sum(seconds) if seconds and None not in seconds else None


def again(job_file: str | None, said: t.Sequence[str] = (), playbooks: t.Sequence[str] = ()) -> str:
    """Return the command of this very run, that of the program around it where there is one; empty where nobody knows.

    :param said: what ``-e`` said, each as it was written. With a secret in it there is no command.
    :param playbooks: that Ansible was given; ``run`` alone is no ``run_job``, which takes the cluster down.
    """
    if command := os.environ.get("OHMY_RUN"):
        return command
    said = [one for one in said if not re.match(r"job_file=[^=]*\Z|\{\"job_file\": \"[^\"]*\"\}\Z", one)]
    if job_file:
        # As JSON, for Ansible itself splits key=value at blanks.
        said.insert(0, json.dumps({"job_file": job_file}, ensure_ascii=False))
    if not said or any(HIDDEN.search(one) for one in said):
        return ""
    verb = "run" if any(re.search(r"(?:^|[./])run(?:\.yml)?\Z", one) for one in playbooks) else "run_job"
    return " ".join([f"ansible-playbook ohmy.hadoop.{verb}", *(f"-e {shlex.quote(one)}" for one in said)])


def removal(args: t.Mapping[str, t.Any]) -> str:
    """Return the command that removes the cluster of a run: that of the program around it, where there is one."""
    if command := os.environ.get("OHMY_TERMINATE"):
        return command
    given = {
        f"cluster_{key}": args[f"cluster_{key}"] for key in ("name", "region", "profile") if args[f"cluster_{key}"]
    }
    return f"ansible-playbook ohmy.hadoop.terminate -e {shlex.quote(json.dumps(given))}"


def not_removed(args: t.Mapping[str, t.Any]) -> tuple[str, str]:
    """Return what is said of a cluster that could not be removed, and what to do about it."""
    text = f"Removing the cluster {args['cluster_name']} failed, so it may still cost money: {args['left']}"
    return text, f"Remove it with: {removal(args)}"


def standing(args: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is said about a cluster that is still there."""
    cluster = args["cluster"]
    if not args["kept"] or not (cluster.get("master") or cluster.get("workers")):
        return []
    name = args["cluster_name"]
    expires = cluster.get("expires")
    until = f" It ends by itself at {time.strftime('%F %T %Z', time.localtime(int(expires)))}." if expires else ""
    login = (cluster.get("ssh") or {}).get("config") if cluster.get("master") else None
    price = (args.get("price") or {}).get("per_hour")
    costs = f"{money(price)} an hour" if price is not None else "money"
    lines = [
        f"The cluster {name} was kept and costs {costs}.{until}",
        f"Remove it with: {removal(args)}",
    ]
    return lines + ([f"Log in with: ssh -F {shlex.quote(login)} master"] if login else [])


def planned(args: t.Mapping[str, t.Any]) -> list[str]:
    """Return the plan of a run in check mode, a line for each phase."""
    plan = args["plan"]
    own = args["provider"] == "inventory"
    if plan["finished"]:
        more = "" if own else " but the teardown of a cluster that still stands"
        return [f"The job is finished; no phase would do anything{more}."]
    data = plan["input"]
    where = f"the cluster {args['cluster_name']}"
    checked = "variables, programs, input and hosts" if own else "variables, programs, input and credentials"
    what = f"{count(data['files'], 'file')}, {count(data['bytes'], 'byte')},"
    stage = f"bring {what} into HDFS"
    if data.get("copies") == [] and not own:
        stage = f"leave {what} in S3, where the job reads them"
    launch = {
        "running": f"use {where}, which stands",
        "partial": f"bring the archives to S3 and make {where} whole, of which a part stands",
    }.get(str(args["cluster"].get("state")), f"bring the archives to S3 and make {where} run")
    configure = "wait until its DataNodes and NodeManagers are live"
    if own:
        launch, configure = f"take the hosts of {where} from the inventory", f"make each host a node, then {configure}"
    return [
        "Nothing was changed. A run would go through these phases:",
        f"    preflight   done: {checked} are right",
        f"    launch      {launch}",
        f"    configure   {configure}",
        f"    stage       {stage}",
        *(f"    run         run the job {step['name']} ({step['id']})" for step in plan["steps"]),
        f"    fetch       bring the answer to {args['output']}",
        *([] if own else [f"    terminate   {'keep' if args['kept'] else 'remove'} {where}"]),
        *([f"The cluster's price is {args['price']['text']}."] if args.get("price") else []),
    ]


def compose(args: t.Mapping[str, t.Any]) -> tuple[list[str], str]:
    """Return (the lines to print, in one line why the run failed or an empty text)."""
    failure, left = args["failure"], args["left"]
    problem = ""
    lines: list[str] = []
    if failure:
        lines.append(f"The run failed in the phase {failure['phase']}: {failure['message']}")
        problem = lines[0].partition("\n")[0]
        lines += [f"The logs of the failed run lie in {args['evidence']}."] if args["evidence"] else []
    elif args["planned"]:
        lines += planned(args)
        if len(args["estimates"]) > 1:
            lines += rehearsal_report.expected(rehearsal_report.together(args["estimates"]), args["workers"])
    else:
        lines += ["The job was finished before; nothing was run again."] if args["plan"]["finished"] else []
        warned = [one["text"] for one in args["findings"] if one["severity"] == "warning"]
        lines += answer(args["output"]) + [f"Preflight warned: {text}" for text in warned]
        expected = rehearsal_report.together(args["estimates"])
        lines += rehearsal_report.compared(expected, job_seconds(args), args["workers"])
    lines += [] if args["planned"] else timing(args["phases"]) + spent(args) + standing(args)
    if left:
        warning = "\n".join(not_removed(args))
        lines.append(warning)
        problem = f"{problem}\n{warning}".strip()
    return lines, problem
