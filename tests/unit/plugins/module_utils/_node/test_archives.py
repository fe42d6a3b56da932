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


def test_an_overlay_is_laid_over_it(tmp_path):
    hadoop = make(
        tmp_path / "a.tar",
        ("hadoop-3.5.0/lib/native/", tarfile.DIRTYPE, ""),
        ("hadoop-3.5.0/lib/native/libhadoop.so.1.0.0", b"ELF", None),
        ("hadoop-3.5.0/lib/native/libhadoop.so", tarfile.SYMTYPE, "libhadoop.so.1.0.0"),
        ("hadoop-3.5.0/share/old.jar", b"old", None),
        ("hadoop-3.5.0/share/link.jar", tarfile.SYMTYPE, "old.jar"),
    )
    plain = install(tmp_path, hadoop)
    first = os.readlink(plain / "hadoop")
    overlay = make(
        tmp_path / "o.tar",
        ("jars/share/", tarfile.DIRTYPE, ""),
        ("jars/share/link.jar", b"new", None),
        ("jars/share/s3.jar", b"s3", None),
    )
    base = install(tmp_path, {**hadoop, "overlay": overlay})
    assert os.readlink(base / "hadoop") != first
    assert (base / "hadoop/share/s3.jar").read_bytes() == b"s3"
    # What a link led to is not written through it.
    assert (base / "hadoop/share/old.jar").read_bytes() == b"old"
    assert (base / "hadoop/share/link.jar").read_bytes() == b"new"
    assert os.readlink(base / "hadoop/lib/native/libhadoop.so") == "libhadoop.so.1.0.0"
    # Another overlay makes another folder, and a second run fetches nothing.
    again = {**hadoop, "overlay": {**overlay, "sha512": "ef" * 64}}
    assert archives.folder("hadoop", again) not in (first, archives.folder("hadoop", {**hadoop, "overlay": overlay}))
    (tmp_path / "o.tar").unlink()
    install(tmp_path, {**hadoop, "overlay": overlay})


def test_a_damaged_overlay_leaves_nothing(tmp_path):
    hadoop = make(tmp_path / "a.tar", ("top/f", b"1", None))
    with pytest.raises(OhmyError, match="was not used"):
        install(tmp_path, {**hadoop, "overlay": {**hadoop, "sha512": "ab" * 64}})
    assert list((tmp_path / "root/opt/ohmy").iterdir()) == []


def test_an_archive_that_was_brought_is_removed_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "CACHE", f"{tmp_path}/cache/")
    (tmp_path / "cache/0123").mkdir(parents=True)
    brought = make(tmp_path / "cache/0123/a.tar", ("top/f", b"1", None))
    brought["url"] = f"file://{brought['url']}"
    base = install(tmp_path, brought)
    assert (base / "hadoop/f").read_bytes() == b"1"
    assert not (tmp_path / "cache/0123").exists()
    own = make(tmp_path / "own.tar", ("top/f", b"2", None))
    install(tmp_path, {**own, "url": f"file://{tmp_path}/cache/../own.tar"})
    assert (tmp_path / "own.tar").exists()


def test_what_is_still_to_be_brought(tmp_path):
    hadoop = make(tmp_path / "a.tar", ("top/f", b"1", None))
    brought = {**hadoop, "url": "file:///cache/hadoop.tar"}
    java = {"url": "https://example.com/java.tar", "sha512": "ab" * 64}
    named = {"hadoop": {**brought, "overlay": {**java, "url": "file:///cache/jars.tar"}}, "java": java}
    root = tmp_path / "root"
    found = [{"name": "hadoop", "path": "/cache/hadoop.tar"}, {"name": "overlay", "path": "/cache/jars.tar"}]
    assert archives.missing(named, str(root)) == found
    (root / "cache").mkdir(parents=True)
    (root / "cache/hadoop.tar").write_bytes(b"half of it")
    assert archives.missing(named, str(root)) == found
    (root / "cache/hadoop.tar").write_bytes((tmp_path / "a.tar").read_bytes())
    assert archives.missing(named, str(root)) == found[1:]
    install(tmp_path, hadoop)
    (root / "cache/hadoop.tar").unlink()
    assert archives.missing({"hadoop": brought}, str(root)) == []


def test_what_is_no_hadoop_is_refused(tmp_path):
    with pytest.raises(OhmyError, match="archive of hadoop holds no bin/hdfs"):
        install(tmp_path, make(tmp_path / "a.tar", ("top/f", b"1", None)), check=archives.check_hadoop)
    assert list((tmp_path / "root/opt/ohmy").iterdir()) == []


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("#!/bin/sh\necho \"$0: version 'GLIBC_2.34' not found\" >&2\necho more >&2\nexit 1\n", "GLIBC_2.34.*package"),
        ("#!/nonexistent\n", "does not run on this node: .*hadoop_java: package"),
        ("#!/bin/sh\nexit 0\n", None),
    ],
)
def test_a_java_that_does_not_run_here_is_refused(tmp_path, script, words):
    java = tmp_path / "bin/java"
    java.parent.mkdir()
    java.write_text(script)
    java.chmod(0o755)
    if words is None:
        archives.check_java(str(tmp_path))
        return
    with pytest.raises(OhmyError, match=words):
        archives.check_java(str(tmp_path))


def test_a_version_that_is_there_already_is_checked_too(tmp_path):
    archive = make(tmp_path / "a.tar", ("top/f", b"1", None))
    base = install(tmp_path, archive)

    def refuse(folder):
        raise OhmyError(f"{os.path.basename(folder)} is too old.")

    with pytest.raises(OhmyError, match="hadoop-.* is too old"):
        install(tmp_path, archive, check=refuse)
    assert (base / "hadoop/f").read_bytes() == b"1"


def test_a_folder_of_archives_goes_with_its_last_one(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "CACHE", f"{tmp_path}/")
    folder = tmp_path / "0123"
    folder.mkdir()
    for name in ("a.tar", "b.tar"):
        (folder / name).write_bytes(b"x")
    archives.drop(str(folder / "a.tar"))
    assert sorted(path.name for path in folder.iterdir()) == ["b.tar"]
    archives.drop(str(folder / "b.tar"))
    assert not folder.exists()


def test_a_link_that_was_left_half_made_is_made_anew(tmp_path):
    archive = make(tmp_path / "a.tar", ("top/f", b"1", None))
    base = tmp_path / "root/opt/ohmy"
    base.mkdir(parents=True)
    (base / "hadoop.link").symlink_to("nowhere")
    install(tmp_path, archive)
    assert (base / "hadoop/f").read_bytes() == b"1" and not os.path.lexists(base / "hadoop.link")
