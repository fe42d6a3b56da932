# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""From a job's specification to the command line of ``mapred streaming``; pure.

Properties travel in a ``-conf`` file and not as ``-D`` pairs: an argument list is for everyone to see, is limited in
length, and splits some values. They are in the job.xml of HDFS all the same: a secret belongs in neither and is refused.
"""

from __future__ import annotations

import posixpath
import re
import typing as t

from .._core.errors import OhmyError
from .._core.places import inside
from .._core.secrets import REFUSED, REFUSED_ENV
from . import command_words, side_archives, streaming_checks, streaming_options
from .formats import COMBINE_FORMAT, class_of
from .programs import SAFE_NAME
from .property_names import modern
from .site import FORBIDDEN, text_of
from .streaming_options import HDFS_BLOCK, SPLIT

Spec = t.Mapping[str, t.Any]
RESERVED = {
    "mapreduce.job.name": "job_name",
    "mapreduce.job.tags": "the collection, to find the job again",
    "mapreduce.job.reduces": "job_reduces",
    "mapreduce.input.fileinputformat.inputdir": "job_input",
    "mapreduce.output.fileoutputformat.outputdir": "the collection, to tell whose output it is",
    "mapreduce.framework.name": "the collection: the job runs on YARN",
    "mapreduce.job.user.name": "the collection",
    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "the collection: _SUCCESS is the proof of a whole answer",
    "stream.addenvironment": "job_cmdenv",
    "tmpfiles": "job_files",
    "mapreduce.job.cache.files": "job_files",
    "tmparchives": "job_archives",
    "mapreduce.job.cache.archives": "job_archives",
}
PROPERTY = re.compile(r"[^\s=-][^\s=]*")
OTHER_STORE = re.compile(r"(?!hdfs:)[a-z][a-z0-9]*://")
HOME = "/user/hadoop"  # what a relative path in HDFS counts from
SECRET_WORDS = "looks like a secret"
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Tasks inherit no locale: text is UTF-8, and bytes that are not pass through Python unharmed. A shipped file is a link
# into a folder of its own, where Python would look for modules, and not beside the link.
PYTHON_ENV = {"PYTHONUTF8": "1", "PYTHONPATH": "."}
SMALL_FILE = 32 << 20
# Splits are as large as they would be of a copy in HDFS, and so are as many.
S3_BLOCK = "fs.s3a.block.size"
# Whoever sets one of these has an opinion on how the input is cut.
INPUT_FORM = ("mapreduce.input.", "mapred.input.", "stream.map.input", "mapreduce.job.maps")
# A program that asks which file it reads is to read one.
ASKS_FOR_FILE = re.compile(rb"map[._]input")
PROGRAM_BYTES = 16 << 20  # so much of a program is looked through


def tag(job: str) -> str:
    """Return the tag by which YARN finds a job; it knows lower case only."""
    return f"ohmy-{job}".lower()


def option_problems(options: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is wrong with the properties of a job, one sentence each."""
    found = []
    for name, value in sorted(options.items()):
        key = modern(name)
        if not PROPERTY.fullmatch(name):
            plain = re.sub(r"^-D\s*|[=\s].*$", "", name) or "mapreduce.map.memory.mb"
            found.append(f"The option {name} is no name of a property; write {plain}: and its value.")
        elif key in RESERVED:
            found.append(f"The option {name} is set by {RESERVED[key]}.")
        elif REFUSED.search(name):
            found.append(f"The option {name} {SECRET_WORDS}, which every task and the job's page would show.")
        elif value is None or isinstance(value, (dict, list)):
            found.append(f"The option {name} must be a plain value.")
        elif FORBIDDEN.search(name + str(value)):
            found.append(f"The option {name} holds a control character, which Hadoop's configuration cannot hold.")
    return found


def problems(spec: Spec) -> list[str]:
    """Return what is wrong with a specification, one sentence each."""
    found = option_problems(spec.get("options") or {})
    for name, value in sorted((spec.get("cmdenv") or {}).items()):
        if not ENV_NAME.fullmatch(name):
            found.append(f"{name!r} is no name of an environment variable.")
        elif REFUSED_ENV.search(name):
            found.append(f"The environment variable {name} {SECRET_WORDS}, which the job's page would show.")
        elif re.search(r"\s", str(value)):
            instead = f"begin the command with env '{name}=...' instead"
            found.append(
                f"The value of the environment variable {name} holds a blank, where Hadoop would cut it; {instead}."
            )
    if not spec.get("mapper"):
        found.append("The job has no mapper.")
    if not spec.get("input"):
        found.append("The job has no input.")
    if spec.get("timeout") is not None and int(spec["timeout"]) < 1:
        found.append(f"The timeout must be at least 1 second, not {spec['timeout']}.")
    found += _stores(spec) or _overlaps(spec)
    for role in ("mapper", "reducer", "combiner"):
        if not command_words.is_closed(str(spec.get(role) or "")):
            found.append(f"The command of the {role} has a quote that is not closed, or a line break.")
    found += _reduce_problems(spec)
    for name in spec.get("files") or []:
        if not SAFE_NAME.fullmatch(name):
            found.append(f"The file name {name!r} cannot be shipped by Hadoop.")
    for name in spec.get("archives") or []:
        if not SAFE_NAME.fullmatch(side_archives.folder_of(name)) or not side_archives.ending(name):
            found.append(f"The archive {name!r} cannot be unpacked by Hadoop.")
    return found + [f"{name}: {text}." for name, text in streaming_checks.problems(spec)]


def _stores(spec: Spec) -> list[str]:
    found = [
        f"The input {path} is neither in HDFS nor in S3; an object's address begins with s3a://."
        for path in spec.get("input") or []
        if OTHER_STORE.match(str(path)) and not in_s3(path)
    ]
    if spec.get("output") and OTHER_STORE.match(str(spec["output"])):
        found.append(f"The output {spec['output']} is not in HDFS, where a job writes; distcp copies it from there.")
    return found


def in_s3(path: t.Any) -> bool:
    """Tell whether an input is read from S3 by the job itself."""
    return str(path).startswith("s3a://")


def _overlaps(spec: Spec) -> list[str]:
    if not spec.get("output"):
        return []
    output = _whole(spec["output"])
    return [
        f"The output {spec['output']} and the input {path} lie in each other."
        for path in spec.get("input") or []
        if not OTHER_STORE.match(str(path))
        if inside(output, _whole(path)) or inside(_whole(path), output)
    ]


def _whole(path: t.Any) -> str:
    return posixpath.normpath(posixpath.join(HOME, re.sub(r"^hdfs://[^/]*", "", str(path))))


def check(spec: Spec) -> None:
    """Refuse a specification that Hadoop would refuse, or take and do something else.

    :raises OhmyError: names everything that is wrong.
    """
    found = problems(spec)
    if found:
        raise refusal(found)


def refusal(found: t.Sequence[str]) -> OhmyError:
    """Return the error that tells all these problems, with what to do about them."""
    text = " ".join(found)
    if SECRET_WORDS in text:
        hint = (
            "Take it out: nodes in EC2 reach S3 by their role, and other secrets belong in a store that "
            "hadoop.security.credential.provider.path names."
        )
    else:
        hint = "Correct it and run the same command again: nothing was started."
    return OhmyError(text, hint)


def split_size(spec: Spec, files: int, size: int, cores: int) -> int | None:
    """Return how many bytes a map is to read where files are so many and small that they share maps, else None.

    A map for each would cost seconds a file; so many maps as keep all cores busy, or as are asked for, read the same
    lines. With the input format ``combine`` files always share maps.

    :param cores: of the whole cluster.
    """
    asked = spec.get("maps")
    maps = int(asked or 2 * max(1, cores))
    share = -(-size // maps)
    kind = class_of("input", spec.get("input_format") or "text")
    if any(modern(key).startswith(INPUT_FORM) for key in spec.get("options") or {}):
        return None
    if kind == COMBINE_FORMAT:
        return max(1, share if asked else min(share, HDFS_BLOCK))
    if spec.get("combine") is False or kind != class_of("input", "text"):
        return None
    if files <= (maps if asked else 2 * maps) or size > files * SMALL_FILE:
        return None
    return max(1, share)


def asks_for_file(spec: Spec, paths: t.Iterable[str]) -> bool:
    """Tell whether what a map runs asks which file it reads, as far as its text says.

    :param paths: of the files that travel with the job.
    :raises OSError: one cannot be read.
    """
    if any(ASKS_FOR_FILE.search(str(spec.get(role) or "").encode()) for role in ("mapper", "combiner")):
        return True
    for path in paths:
        with open(path, "rb") as stream:
            if ASKS_FOR_FILE.search(stream.read(PROGRAM_BYTES)):
                return True
    return False


def properties(spec: Spec, split: int | None = None) -> dict[str, str]:
    """Return the properties of a job: the user's own, and ours where they matter.

    :param split: as ``split_size`` returns it.
    """
    options = {str(key): text_of(value) for key, value in (spec.get("options") or {}).items()}
    said = {modern(key) for key in options}
    defaults = {"mapreduce.input.fileinputformat.input.dir.recursive": "true"}
    if any(map(in_s3, spec.get("input") or [])):
        defaults[S3_BLOCK] = str(HDFS_BLOCK)
    defaults = {key: value for key, value in defaults.items() if key not in said}
    cut = {} if split is None else {SPLIT: str(split), "stream.map.input.ignoreKey": "true"}
    return {
        **defaults,
        **streaming_options.properties(spec),
        **cut,
        **options,
        "mapreduce.job.name": str(spec.get("name") or spec["id"]),
        "mapreduce.job.tags": tag(str(spec["id"])),
        "mapreduce.job.reduces": str(streaming_options.reduces(spec)),
    }


def command(spec: Spec, mapred: str, conf_file: str, files_dir: str, split: int | None = None) -> list[str]:
    """Return the argument list that submits a job and comes back: generic options first, then streaming's."""
    words = [mapred, "streaming", "-conf", conf_file]
    files = [f"file://{files_dir}/{name}" for name in spec.get("files") or []]
    if files:
        words += ["-files", ",".join(files)]
    archives = [f"file://{files_dir}/{name}#{side_archives.folder_of(name)}" for name in spec.get("archives") or []]
    if archives:
        words += ["-archives", ",".join(archives)]
    words.append("-background")
    # The many small files of a text are read by another class than it names.
    words += streaming_options.words(spec if split is None else {**spec, "input_format": COMBINE_FORMAT})
    for path in spec["input"]:
        # A comma separates paths there; patterns are left to Hadoop.
        words += ["-input", str(path).replace(",", "\\,")]
    words += ["-output", str(spec["output"]), "-mapper", str(spec["mapper"])]
    if spec.get("reducer"):
        words += ["-reducer", str(spec["reducer"])]
    if spec.get("combiner"):
        words += ["-combiner", str(spec["combiner"])]
    for name, value in {**PYTHON_ENV, **(spec.get("cmdenv") or {})}.items():
        words += ["-cmdenv", f"{name}={text_of(value)}"]
    return words


def _reduce_problems(spec: Spec) -> list[str]:
    found = []
    try:
        if streaming_options.reduces(spec) < 0:
            found.append("reduces must not be negative.")
        elif streaming_options.reduces(spec) == 0 and (spec.get("reducer") or spec.get("combiner")):
            found.append("With reduces 0 Hadoop ignores reducer and combiner: leave them out, or set reduces.")
    except (TypeError, ValueError):
        found.append(f"reduces must be a number, not {spec.get('reduces')!r}.")
    if str(spec.get("reducer") or "").lower() == "aggregate" and spec.get("combiner"):
        found.append("The reducer aggregate brings its own combiner and ignores any other.")
    return found
