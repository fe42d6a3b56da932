# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives: whole or not at all, and nothing outside of their folder."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node import archives


def make(path, *members, mode="w"):
    """Write a tar of (name, content or TarInfo type, link) and return it as a document has it."""
    with tarfile.open(path, mode) as packed:
        for name, content, link in members:
            info = tarfile.TarInfo(name)
            info.uid, info.mode = 4711, 0o755 if name.endswith(".sh") else 0o600
            if isinstance(content, bytes) and link is None:
                info.size = len(content)
                packed.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = content, link
                packed.addfile(info)
    return {"url": str(path), "sha512": hashlib.sha512(path.read_bytes()).hexdigest()}


def install(tmp_path, archive, **more):
    archives.install("hadoop", archive, {}, root=str(tmp_path / "root"), **more)
    return tmp_path / "root/opt/ohmy"


def test_installs_without_the_top_folder(tmp_path):
    archive = make(
        tmp_path / "a.tar.gz",
        ("./top/", tarfile.DIRTYPE, ""),
        ("./top/bin/x.sh", b"#!/bin/sh\n", None),
        ("./top/lib/a.jar", b"jar", None),
        ("./top/lib/b.jar", tarfile.SYMTYPE, "a.jar"),
        ("./top/lib/c.jar", tarfile.LNKTYPE, "./top/lib/a.jar"),
        mode="w:gz",
    )
    base = install(tmp_path, archive)
    assert os.readlink(base / "hadoop") == f"hadoop-{archive['sha512'][:16]}"
    assert (base / "hadoop/lib/b.jar").read_bytes() == (base / "hadoop/lib/c.jar").read_bytes() == b"jar"
    assert (base / "hadoop/bin/x.sh").stat().st_mode & 0o777 == 0o755
    # Every login reads it, whatever mode the archive says.
    assert (base / "hadoop/lib/a.jar").stat().st_mode & 0o777 == 0o644
    assert sorted(path.name for path in base.iterdir()) == ["hadoop", f"hadoop-{archive['sha512'][:16]}"]


def test_a_second_time_nothing_is_fetched(tmp_path):
    archive = make(tmp_path / "a.tar", ("top/f", b"1", None))
    base = install(tmp_path, archive)
    os.unlink(tmp_path / "a.tar")
    install(tmp_path, archive)
    assert (base / "hadoop/f").read_bytes() == b"1"


def test_another_version_replaces_the_link_in_one_step(tmp_path):
    install(tmp_path, make(tmp_path / "a.tar", ("top/f", b"1", None)))
    base = install(tmp_path, make(tmp_path / "b.tar", ("top/f", b"2", None)))
    assert (base / "hadoop/f").read_bytes() == b"2"


def test_other_bytes_are_not_used(tmp_path):
    archive = {**make(tmp_path / "a.tar", ("top/f", b"1", None)), "sha512": "ab" * 64}
    with pytest.raises(OhmyError, match="was not used"):
        install(tmp_path, archive)
    assert list((tmp_path / "root/opt/ohmy").iterdir()) == []


def test_half_an_archive_is_not_used_and_leaves_nothing(tmp_path):
    whole = make(tmp_path / "a.tar.gz", ("top/f", os.urandom(100000), None), mode="w:gz")
    cut = (tmp_path / "a.tar.gz").read_bytes()[:50000]
    (tmp_path / "a.tar.gz").write_bytes(cut)
    with pytest.raises(OhmyError, match="cannot be installed"):
        install(tmp_path, {**whole, "sha512": hashlib.sha512(cut).hexdigest()})
    assert list((tmp_path / "root/opt/ohmy").iterdir()) == []


def test_a_refused_version_is_not_put_to_use(tmp_path):
    def refuse(folder):
        raise OhmyError(f"not {os.path.basename(folder)}")

    with pytest.raises(OhmyError, match="not hadoop-"):
        install(tmp_path, make(tmp_path / "a.tar", ("top/f", b"1", None)), check=refuse)
    assert not (tmp_path / "root/opt/ohmy/hadoop").exists()


@pytest.mark.parametrize(
    "members",
    [
        [("top/../../evil", b"x", None)],
        [("top/link", tarfile.SYMTYPE, "/etc")],
        [("top/link", tarfile.SYMTYPE, "../../evil")],
        [("top/link", tarfile.LNKTYPE, "top/../../../../etc/passwd")],
        [
            ("top/a/b/", tarfile.DIRTYPE, ""),
            ("top/a/b/up", tarfile.SYMTYPE, "../.."),
            ("top/a/b/out", tarfile.SYMTYPE, "up/../.."),
            ("top/a/b/out/evil", b"x", None),
        ],
    ],
)
def test_nothing_gets_outside(tmp_path, members):
    with pytest.raises(OhmyError, match="outside of its folder"):
        install(tmp_path, make(tmp_path / "a.tar", *members))
    assert not list(tmp_path.rglob("evil"))


def test_devices_are_left_out(tmp_path):
    base = install(tmp_path, make(tmp_path / "a.tar", ("top/dev", tarfile.CHRTYPE, ""), ("top/f", b"1", None)))
    assert [path.name for path in (base / "hadoop").iterdir()] == ["f"]
