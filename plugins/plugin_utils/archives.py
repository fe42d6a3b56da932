# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which archives a run uses: those that are named, else those that lie where they are looked for."""

from __future__ import annotations

import os
import re
import tarfile
import typing as t
from pathlib import Path

from ..module_utils._hadoop import codecs
from . import node_document

COLLECTION = Path(__file__).resolve().parent.parent.parent
URL = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
PATTERNS = {"hadoop_archive": "hadoop-[0-9]*", "hadoop_java_archive": "jre-[0-9]*"}
SUFFIXES = (".tar", ".tar.gz", ".tgz")
# Apache's own archive is compressed, and lacks the jars that reach S3; `make archives` makes one that does not.
APACHE = re.compile(r"(?:^|/)hadoop-(?P<version>\d[^/]*?)(?:-lean|-aarch64)*\.(?:tar\.gz|tgz)$")


def places() -> list[Path]:
    """Return the folders in which archives are looked for, the first that holds one wins."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    checkout = [COLLECTION / "build" / "archives"] if (COLLECTION / "archives").is_dir() else []
    return [*checkout, Path(data, "ohmy.hadoop", "archives")]


def find(pattern: str, folders: t.Iterable[Path]) -> str | None:
    """Return the path of the newest archive by its name, or None."""
    for folder in folders:
        found = [path for path in folder.glob(pattern) if path.name.endswith(SUFFIXES)]
        if found:
            return str(max(found, key=lambda path: (_numbers(path.name), path.name)))
    return None


def _numbers(name: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", name)]


def overlay(archive: str) -> str | None:
    """Return the jars for S3 that belong to an archive of Apache's, None for any other archive or where there are none.

    They are looked for beside the archive, then where all archives are.
    """
    match = APACHE.search(archive)
    if match is None:
        return None
    beside = [] if URL.match(archive) else [Path(archive).parent]
    return find(f"hadoop-s3-{match['version']}.tar", [*beside, *places()])


def sha512(archive: str) -> str | None:
    """Return the sha512 in the file beside an archive, None where there is none.

    Both ways of writing it are known: ``DIGEST  NAME`` and Apache's ``SHA512 (NAME) = DIGEST``.
    """
    try:
        text = Path(f"{archive}.sha512").read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None
    match = re.search(r"\b[0-9a-fA-F]{128}\b", text)
    return match[0].lower() if match else None


def fill(settings: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the settings of the archives that were left open."""
    done = {}
    for name, pattern in PATTERNS.items():
        if settings[name] is None and not _needless(name, settings):
            done[name] = find(f"{pattern}.t*", places())
    hadoop = done.get("hadoop_archive", settings["hadoop_archive"])
    if settings.get("hadoop_overlay") is None and hadoop:
        done["hadoop_overlay"] = overlay(hadoop)
    for name in (*PATTERNS, "hadoop_overlay"):
        path = done.get(name, settings.get(name))
        if path and not settings.get(f"{name}_sha512") and not URL.match(path):
            done[f"{name}_sha512"] = sha512(path)
    return done


def _lacks_s3(version: str) -> bool:
    return _numbers(version)[:3] >= [3, 4, 3]


def _needless(name: str, settings: t.Mapping[str, t.Any]) -> bool:
    return name == "hadoop_java_archive" and settings["hadoop_java"] == "package"


def problems(settings: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is missing, and how it is had."""
    found = []
    for name in PATTERNS:
        if not settings[name] and not _needless(name, settings):
            instead = ", or hadoop_java: package where nodes reach a mirror" if name == "hadoop_java_archive" else ""
            found.append(
                f"{name}: no archive is named, and none lies in {' or '.join(map(str, places()))}. Name a file or, "
                f"with {name}_sha512, a URL{instead}; or let `make archives` in a checkout of the collection make it "
                "(docs/install.md)"
            )
    hadoop = settings["hadoop_archive"]
    match = APACHE.search(hadoop) if hadoop and settings.get("hadoop_overlay") is None else None
    if match is not None and settings.get("cluster_provider", "ec2") == "ec2" and _lacks_s3(match["version"]):
        found.append(
            f"hadoop_overlay: {os.path.basename(hadoop)} lacks the jars with which Hadoop reaches S3, and there is no "
            f"hadoop-s3-{match['version']}.tar beside it nor in {' or '.join(map(str, places()))}; `make archives` "
            'makes one (docs/archives.md). Where the archive holds them after all, say hadoop_overlay: ""'
        )
    for name in (*PATTERNS, "hadoop_overlay"):
        if settings.get(name) and not settings.get(f"{name}_sha512"):
            beside = "" if URL.match(settings[name]) else f", and there is no {settings[name]}.sha512 that tells it"
            found.append(f"{name}_sha512: is missing{beside}")
    return found


def contents(archive: str) -> list[str] | None:
    """Return the paths in an archive where they are told in no time: of a file that is not compressed. Else None."""
    if URL.match(archive) or not archive.endswith(".tar"):
        return None
    try:
        with tarfile.open(archive, "r:") as opened:
            return opened.getnames()
    except (OSError, tarfile.TarError):
        return None


def codecs_of(settings: t.Mapping[str, t.Any]) -> list[codecs.Codec]:
    """Return the codecs that work with the archive; all where it does not tell."""
    return codecs.available(contents(settings["hadoop_archive"] or ""))


def codec_problems(settings: t.Mapping[str, t.Any]) -> list[str]:
    """Return what a job asks of codecs that its archive has not."""
    there = codecs_of(settings)
    own = node_document.sources(settings, "mapred-site")
    found = [f"{name}: {text}" for name, properties in own.items() for text in codecs.problems(properties, there)]
    chain = settings["job_steps"]
    for number, step in enumerate(chain, 1):
        prefix = f"job_steps[{number}]." if len(chain) > 1 else "job_"
        found += [f"{prefix}options: {text}" for text in codecs.problems(step["options"], there)]
        for name in ("output_compress", "map_output_compress"):
            text = codecs.lacking(step[name], there)
            found += [f"{prefix}{name}: {text}"] if text else []
    return found
