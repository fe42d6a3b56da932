# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The variables of a run: known names, types and defaults, read from the roles' argument specs."""

from __future__ import annotations

import difflib
import os
import re
import typing as t
from pathlib import Path

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._core import systems
from ..module_utils._core.errors import OhmyError
from ..module_utils._hadoop import answers
from . import archives, checks, clashes, local_paths, price_file, steps, value_types

ROLES = ("cluster", "hadoop", "job")
PREFIXES = tuple(f"{role}_" for role in ROLES)
# Named like variables, but said about a run, not about its job.
CONTROL = {"job_file"}
# What variables call otherwise.
SAID = {"environment": "cmdenv", "env": "cmdenv", "compression": "compress", "reducers": "reduces", "mappers": "maps"}
SAID |= dict.fromkeys(("size", "nodes", "slaves", "machines"), "workers")
# Of the last step alone the answer is fetched.
NOT_LAST = {"job_output_decompress": False}


def load_specs() -> dict[str, dict[str, t.Any]]:
    """Return name → option of every variable, from ``roles/*/meta/argument_specs.yml``."""
    specs: dict[str, dict[str, t.Any]] = {}
    for role in ROLES:
        text = (archives.COLLECTION / "roles" / role / "meta" / "argument_specs.yml").read_text("utf-8")
        specs.update(yaml.safe_load(text)["argument_specs"]["main"]["options"])
    return specs


def unknown_names(names: t.Iterable[str], specs: t.Mapping[str, t.Any], *, strict: bool) -> list[str]:
    """Return one sentence per name that is no variable.

    Outside a job file (``strict`` false) only a near miss counts: an inventory may
    hold variables of its own that begin with ``job_``.
    """
    problems = []
    known = [*CONTROL, *specs]
    for name in sorted(set(names) - set(specs) - CONTROL):
        near = _nearest(name, specs, 0.6) if strict else difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        if strict or (near and name.startswith(PREFIXES)):
            hint = f"; did you mean {near[0]}?" if near else ""
            problems.append(f"{name}: there is no such variable{hint}")
    return problems


def _nearest(name: str, specs: t.Iterable[str], cutoff: float) -> list[str]:
    """Return the variable that is meant, if any: misspelt, or the shortest of the role that has all words of the name."""
    role, *words = (SAID.get(word, word) for word in name.split("_"))
    same = [one for one in specs if words and one.startswith(f"{role}_") and {*words} <= {*one.split("_")[1:]}]
    if "_".join([role, *words]) not in same and (near := difflib.get_close_matches(name, specs, n=1, cutoff=0.9)):
        return near
    return sorted(same, key=len)[:1] or difflib.get_close_matches(name, specs, n=1, cutoff=cutoff)


def _validator_spec(specs: t.Mapping[str, dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """Return an Ansible argument spec; paths are resolved here, so there they are strings."""
    result = {}
    for name, option in specs.items():
        option = {key: value for key, value in option.items() if key in ("type", "elements", "choices", "default")}
        for key in ("type", "elements"):
            if option.get(key) == "path":
                option[key] = "str"
        result[name] = option
    return result


def settle(
    specs: t.Mapping[str, dict[str, t.Any]],
    sources: t.Sequence[tuple[str, t.Mapping[str, t.Any]]],
    about: tuple[str, ...] = ("",),
) -> tuple[dict[str, t.Any], list[str]]:
    """Merge sources into one dict of all variables and list what is wrong with them.

    :param sources: pairs of (base directory of relative paths, values); later ones win.
    :param about: with what the variables begin whose form decides whether their values are looked at.
    :returns: (name → value for every known variable, sentences about problems).
    """
    merged: dict[str, t.Any] = {}
    bases: dict[str, str] = {}
    for base, values in sources:
        for name in specs:
            if values.get(name) is not None:
                merged[name], bases[name] = local_paths.absolute(name, specs[name], values[name], base), base
    merged = {name: value for name, value in merged.items() if not steps.names_nothing(name, value)}
    chain = merged.pop("job_steps", None) or []
    # A cluster and a node are told of no job.
    needed = {"job_mapper"} if specs["job_input"].get("required") and not chain else set()
    problems = [
        f"{name}: is missing"
        for name, option in specs.items()
        if (option.get("required") or name in needed) and name not in merged
    ]
    settings, wrong = _typed({name: option for name, option in specs.items() if name != "job_steps"}, merged, bases)
    problems += wrong
    if not any(text.startswith(about) for text in problems):
        problems += clashes.problems(settings) + ([] if chain else clashes.job_problems(settings))
    if chain:
        settings["job_steps"], wrong = _steps(specs, chain, merged, bases, settings)
        told = {text for number in range(1, len(chain) + 1) for text in steps.of_step(problems, number)}
        problems += steps.at_top(merged) + [text for text in wrong if text not in told]
    else:
        settings["job_steps"] = [steps.settled(settings)]
    return settings, problems


def _typed(
    specs: t.Mapping[str, dict[str, t.Any]], merged: t.Mapping[str, t.Any], bases: t.Mapping[str, str]
) -> tuple[dict[str, t.Any], list[str]]:
    """Return name → value of its type, its option's default where there is none or a wrong one, and what is wrong.

    :param bases: name → the directory from which its paths counted.
    """
    problems = [
        f"{name}: {word} would not reach the nodes; name it in job_files"
        for name in local_paths.PROGRAMS
        if (word := local_paths.not_shipped(merged.get(name), bases.get(name, ""), merged.get("job_files")))
    ]
    problems += [
        f"{name}: there is no file {word} in {bases[name]}; name it without quotes, or put it into job_files"
        for name in local_paths.PROGRAMS
        if (word := local_paths.missing_program(merged.get(name), merged.get("job_files"), merged.get("job_archives")))
    ]
    problems += value_types.problems(specs, merged)
    # What is known to be wrong is said once; the validator may even break on it, as on an infinite number.
    wrong = {line.partition(":")[0] for line in problems}
    sound = {name: value for name, value in merged.items() if name not in wrong}
    checked = ArgumentSpecValidator(_validator_spec(specs)).validate(sound)
    more = [_plain(message) for message in checked.error_messages]
    wrong = {line.partition(":")[0] for line in more}
    found = checked.validated_parameters
    return {name: specs[name].get("default") if name in wrong else found.get(name) for name in specs}, problems + more


def _steps(
    specs: t.Mapping[str, dict[str, t.Any]],
    chain: t.Any,
    top: t.Mapping[str, t.Any],
    bases: t.Mapping[str, str],
    settings: t.Mapping[str, t.Any],
) -> tuple[list[dict[str, t.Any]], list[str]]:
    """Return each step as the plan takes it, and what is wrong with them.

    :param top: the variables beside ``job_steps`` as they were merged, ``settings`` as they were settled.
    """
    if problems := steps.form_problems(chain):
        return [], problems
    specs, base = {name: specs[name] for name in steps.VARIABLES}, bases["job_steps"]
    done: list[dict[str, t.Any]] = []
    for number, step in enumerate(chain, 1):
        own = steps.variables(step, {})
        own = {name: local_paths.absolute(name, specs[name], value, base) for name, value in own.items()}
        values, wrong = _typed(specs, {**steps.variables({}, top), **own}, {**bases, **dict.fromkeys(own, base)})
        wrong += [] if "job_mapper" in own else ["job_mapper: is missing"]
        wrong = wrong or [
            *checks.value_problems({name: value for name, value in values.items() if name in own}),
            *clashes.job_problems({**settings, **values, **({} if number == len(chain) else NOT_LAST)}),
        ]
        problems += steps.of_step(wrong, number)
        name = step.get("name")
        done.append(steps.settled(values, None if name is None else str(name)))
    return done, problems or steps.link_problems(done)


def _plain(message: str) -> str:
    """Turn a message of Ansible's validator into ``name: what is wrong``."""
    found = re.search(r"['\"]?((?:cluster|job|hadoop)_[a-z0-9_]+)['\"]?", message)
    return f"{found.group(1)}: {message}" if found else message


def refuse(problems: t.Sequence[str], where: str, hint: str = "") -> None:
    """Raise one error that names every problem, if there is any."""
    if problems:
        listing = "\n".join(f"  {line}" for line in problems)
        raise OhmyError(
            f"{where} cannot be used; nothing was touched:\n{listing}\n",
            f"{hint or 'Correct them'}; files/job.yml of the collection tells of each variable.",
        )


def fill_defaults(settings: dict[str, t.Any], job_file: str | None) -> dict[str, t.Any]:
    """Return the settings with those defaults that depend on other values."""
    done = dict(settings)
    # A folder for each job, with a job.yml in it, is the usual way: then the folder tells them apart.
    path = Path(job_file) if job_file else Path.cwd() / "job"
    stem = path.stem if path.stem != "job" or not path.parent.name else path.parent.name
    done["job_name"] = done["job_name"] or stem
    slug = re.sub(r"[^a-z0-9]+", "-", done["job_name"].lower()).strip("-") or "job"
    done["cluster_name"] = done["cluster_name"] or (slug if slug[0].isalpha() else f"job-{slug}")[:40].rstrip("-")
    own_hosts = done["cluster_provider"] != "ec2"
    image = done["cluster_image"] or ""  # of a standing cluster its documents tell
    system = None if own_hosts else systems.of_image(image)
    done["cluster_ssh_user"] = done["cluster_ssh_user"] or systems.user_of(image)
    # Own hosts may be of any system; the document is the same for all.
    done["hadoop_java_package"] = done["hadoop_java_package"] or (system or systems.SYSTEMS["debian-12"]).java
    done["job_output"] = done["job_output"] or os.path.abspath(os.path.join("output", done["job_name"]))
    # No variable: what is written here beside an answer begins so, and where the answer lies elsewhere, where the user stands.
    done["job_beside"] = answers.beside(done["job_output"], done["job_name"], os.getcwd())
    # No variable either: what is in the file of cluster_prices.
    done["cluster_price_table"] = price_file.load(done["cluster_prices"])
    done.update(archives.fill(done))
    return done
