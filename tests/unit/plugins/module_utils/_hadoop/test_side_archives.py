# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives that travel with a job: their names, what is refused."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import programs, side_archives


def pack(path, mode="w:gz"):
    """Write an archive with one file and return its path as text."""
    (path.parent / "one.txt").write_text("1")
    if mode == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(path.parent / "one.txt", "one.txt")
    else:
        with tarfile.open(path, mode) as archive:
            archive.add(path.parent / "one.txt", "one.txt")
    return str(path)


@pytest.mark.parametrize("name", ["env.tgz", "env.tar.gz", "env.tar", "env.zip", "env.jar"])
def test_an_archive_is_unpacked_into_a_folder_of_its_name(tmp_path, name):
    kind = "w:gz" if name.endswith("gz") else "w" if name.endswith("tar") else "zip"
    path = pack(tmp_path / name, kind)
    digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert side_archives.plan_archives([path]) == [{"src": path, "name": "env", "sha256": digest}]
    assert side_archives.stored(path, "env") == name and side_archives.folder_of(name) == "env"
    (named,) = side_archives.plan_archives([f"{path}#py.3"])
    assert named["name"] == "py.3" and side_archives.folder_of(side_archives.stored(path, "py.3")) == "py.3"


def test_a_name_that_holds_the_mark_is_taken_literally_and_may_be_given_another(tmp_path):
    path = pack(tmp_path / "a#b.tgz")
    assert side_archives.split(path) == (path, "a#b")
    assert side_archives.split(f"{path}#c") == (path, "c")


@pytest.mark.parametrize(
    "item, said",
    [
        ("folder", "is a directory: pack it"),
        ("gone.tgz", "there is no file"),
        ("env.tar.bz2", "does not end in .tar.gz"),
        ("plain.tgz", "is not what its ending says"),
        ("packed.tar", "is not what its ending says"),
        ("plain.zip", "is not what its ending says"),
        ("my env.tgz", "'my env' is no name"),
        ("good.tgz#a,b", "'a,b' is no name"),
        ("good.tgz#../x", "is no name"),
    ],
)
def test_what_hadoop_could_not_unpack_is_refused(tmp_path, item, said):
    (tmp_path / "folder").mkdir()
    for name in ("env.tar.bz2", "plain.tgz", "plain.zip"):
        (tmp_path / name).write_text("no archive")
    for name in ("packed.tar", "my env.tgz", "good.tgz"):
        pack(tmp_path / name)
    with pytest.raises(OhmyError, match="job_archives: ") as caught:
        side_archives.plan_archives([str(tmp_path / item)])
    assert said in caught.value.message and caught.value.hint


@pytest.mark.parametrize("files", [["env"], ["env.tgz"]])
def test_no_two_have_the_same_place(tmp_path, files):
    (tmp_path / "b").mkdir()
    one, other = pack(tmp_path / "env.tgz"), pack(tmp_path / "b" / "env.tar", "w")
    with pytest.raises(OhmyError, match="are both called env"):
        side_archives.plan_archives([one], files)
    with pytest.raises(OhmyError, match="are both called env"):
        side_archives.plan_archives([one, other])
    assert [item["name"] for item in side_archives.plan_archives([one, f"{other}#b"])] == ["b", "env"]


def test_a_directory_among_the_files_is_refused(tmp_path):
    with pytest.raises(OhmyError, match="is a directory") as caught:
        programs.plan_programs("cat", None, None, [str(tmp_path)])
    assert "job_archives" in caught.value.hint


def test_a_program_keeps_its_arguments(tmp_path):
    path = tmp_path / "my mapper.py"
    path.write_text("print(1)\n")
    commands, shipped = programs.plan_programs(f'{path} --min 3 --name="a b"', "/bin/cat -n", None, [])
    assert commands["mapper"] == "python3 mapper.py --min 3 '--name=a b'"
    assert commands["reducer"] == "/bin/cat -n"
    assert [(file["src"], file["name"]) for file in shipped] == [(str(path), "mapper.py")]


def test_the_longest_name_of_a_file_is_the_program(tmp_path):
    for name in ("a", "a b", "a b c"):
        (tmp_path / name).write_text("#!/bin/sh\n")
    find = programs.program_file
    assert programs.split_program(f"{tmp_path}/a b x", find) == (f"{tmp_path}/a b", "x")
    assert programs.split_program(f"{tmp_path}/a b c", find) == (f"{tmp_path}/a b c", "")
    assert programs.split_program("cat -n", find) == (None, "cat -n")
