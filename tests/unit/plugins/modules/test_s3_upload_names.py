# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole runs of ``s3_upload``: directories, patterns, names that bite, and what is refused."""

from __future__ import annotations

import os

import pytest

from .conftest import BUCKET

BITING = [
    "a b",
    "it's",
    'say "x"',
    "100%",
    "%41",
    "#1",
    "{}",
    "-dash",
    "naïve-日本",
    "a*b",
    "[x]",
    "q?",
    "a+b&c=d",
    "~",
    "$HOME",
]


@pytest.fixture
def upload(run_module):
    def run(*items, check=False, **params):
        return run_module("s3_upload", check, bucket=BUCKET, items=list(items), **params)

    return run


def write(path, text="x\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_directory_keeps_relative_paths(account, upload, tmp_path):
    for name in ("b/x.txt", "a/x.txt", "top.txt", "a/deep/er/.hidden", "empty"):
        write(tmp_path / "in" / name, "" if name == "empty" else f"{name}\n")
    (tmp_path / "in" / "no-files").mkdir()
    keys = [f"p/books/{name}" for name in ("a/deep/er/.hidden", "a/x.txt", "b/x.txt", "empty", "top.txt")]
    item = {"source": str(tmp_path / "in"), "key": "books"}
    check = upload(item, prefix="p", check=True)
    first = upload(item, prefix="p")
    assert sorted(first["uploaded"]) == sorted(check["uploaded"]) == keys, first
    assert account.objects("p/") == keys
    assert account.s3.get_object(Bucket=BUCKET, Key="p/books/b/x.txt")["Body"].read() == b"b/x.txt\n"
    second = upload({**item, "source": f"{item['source']}/", "key": "books/"}, prefix="p/")
    assert second["changed"] is False and dict(account.calls) == {"HeadBucket": 1, "ListObjectsV2": 1, "GetObject": 1}


def test_pattern_keeps_paths_below_its_fixed_part(account, upload, tmp_path):
    for name in ("a/x.log", "b/x.log", "b/y.txt", "c/sub/z.log", ".git/x.log"):
        write(tmp_path / name)
    assert sorted(upload({"source": f"{tmp_path}/*/x.log"})["uploaded"]) == ["a/x.log", "b/x.log"]
    deep = upload({"source": f"{tmp_path}/**/*.log", "key": "all"})
    assert sorted(deep["uploaded"]) == ["all/a/x.log", "all/b/x.log", "all/c/sub/z.log"], deep
    folder = upload({"source": f"{tmp_path}/[c]"}, prefix="f")
    assert folder["uploaded"] == ["f/c/sub/z.log"], folder
    nothing = upload({"source": f"{tmp_path}/*.csv"})
    assert nothing.get("failed") and "matches nothing" in nothing["msg"], nothing


@pytest.mark.parametrize("name", BITING)
def test_names_that_bite(account, upload, tmp_path, monkeypatch, name):
    write(tmp_path / "in" / name / name, name)
    monkeypatch.chdir(tmp_path / "in" / name)
    one = upload({"source": name}, prefix="one")
    assert one["uploaded"] == [f"one/{name}"] and account.objects("one/") == [f"one/{name}"], one
    whole = upload({"source": str(tmp_path / "in")}, prefix="all")
    assert account.objects("all/") == [f"all/{name}/{name}"], whole
    body = account.s3.get_object(Bucket=BUCKET, Key=f"all/{name}/{name}")["Body"].read()
    assert body.decode() == name
    assert upload({"source": str(tmp_path / "in")}, prefix="all")["changed"] is False


def test_kind_decides_where_a_name_may_be_both(account, upload, tmp_path):
    write(tmp_path / "x*")
    write(tmp_path / "xy")
    assert upload({"source": f"{tmp_path}/x*"}, prefix="auto")["uploaded"] == ["auto/x*"]
    both = upload({"source": f"{tmp_path}/x*", "kind": "glob"}, prefix="glob")
    assert sorted(both["uploaded"]) == ["glob/x*", "glob/xy"], both


def test_exclude_leaves_out_names_and_paths(account, upload, tmp_path):
    for name in ("a.txt", "a.tmp", ".git/config", "sub/b.tmp", "sub/keep.txt", "sub/old/x"):
        write(tmp_path / "in" / name)
    result = upload({"source": str(tmp_path / "in")}, exclude=["*.tmp", ".git", "sub/old"])
    assert sorted(result["uploaded"]) == ["a.txt", "sub/keep.txt"], result


def test_exclude_and_links_hold_for_the_folders_of_a_pattern(account, upload, tmp_path):
    for name in ("in/keep/x.txt", "in/old/x.txt", "in/sub/deep/old/x.txt", "in/sub/deep/x.txt", "real/x.txt"):
        write(tmp_path / name)
    (tmp_path / "in" / "link").symlink_to(tmp_path / "real")
    item = {"source": f"{tmp_path}/in/**/x.txt"}
    most = upload(item, exclude=["old"])
    assert sorted(most["uploaded"]) == ["keep/x.txt", "link/x.txt", "sub/deep/x.txt"], most
    less = upload(item, prefix="p", exclude=["sub/deep", "old"], links="skip")
    assert less["uploaded"] == ["p/keep/x.txt"], less
    # What lies above the pattern's first part was named by hand, and is no matter of these rules.
    (tmp_path / "old").symlink_to(tmp_path / "in" / "keep")
    assert upload({"source": f"{tmp_path}/old/*"}, prefix="q", exclude=["old"], links="skip")["uploaded"] == ["q/x.txt"]


def test_links_are_followed_or_skipped_and_a_loop_is_named(account, upload, tmp_path):
    real = write(tmp_path / "real" / "x.txt")
    write(tmp_path / "in" / "own.txt")
    (tmp_path / "in" / "file-link").symlink_to(real)
    (tmp_path / "in" / "dir-link").symlink_to(real.parent)
    item = {"source": str(tmp_path / "in")}
    assert sorted(upload(item)["uploaded"]) == ["dir-link/x.txt", "file-link", "own.txt"]
    assert upload(item, prefix="s", links="skip")["uploaded"] == ["s/own.txt"]
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    loop = upload(item)
    assert loop.get("failed") and "link to a directory that it lies in" in loop["msg"], loop
    assert not upload(item, prefix="t", links="skip").get("failed")
    (tmp_path / "self").symlink_to("self")
    itself = upload({"source": str(tmp_path / "self")})
    assert itself.get("failed") and "self is a link that leads in a circle" in itself["msg"], itself


def test_equal_names_from_different_directories_are_refused_or_kept_apart(account, upload, tmp_path):
    one, two = write(tmp_path / "a" / "x.txt"), write(tmp_path / "b" / "x.txt")
    items = [{"source": str(one)}, {"source": str(two)}]
    result = upload(*items)
    assert result.get("failed") and str(one) in result["msg"] and str(two) in result["msg"], result
    assert account.objects() == [] and "key" in result["hint"]
    apart = upload({**items[0], "key": "a/"}, {**items[1], "key": "b/"})
    assert apart["uploaded"] == ["a/x.txt", "b/x.txt"], apart
    assert upload(items[0], items[0], prefix="twice")["uploaded"] == ["twice/x.txt"]


def no_utf8(tmp_path):
    path = os.fsencode(tmp_path / "in") + b"/caf\xe9"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb"):
        pass
    return {"source": str(tmp_path / "in")}


def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return {"source": str(tmp_path / "pipe")}


def dangling(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    return {"source": str(tmp_path / "link")}


def control(tmp_path):
    return {"source": str(write(tmp_path / "in" / "a\nb").parent)}


def long_name(tmp_path):
    return {"source": str(write(tmp_path / "x")), "key": "k" * 1025}


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda _tmp: {"source": "/nonexistent/x"}, "/nonexistent is not there either"),
        (lambda _tmp: {"source": ""}, "source is empty"),
        (lambda tmp: {"source": str(tmp), "kind": "file"}, "no file but a directory"),
        (lambda tmp: {"source": str(write(tmp / "x")), "kind": "directory"}, "no directory"),
        (lambda tmp: {"source": str(write(tmp / "x")), "key": "../x"}, "'.' or '..'"),
        (lambda tmp: {"source": str(write(tmp / "x")), "key": "/x"}, "empty"),
        (no_utf8, "not UTF-8"),
        (pipe, "a pipe"),
        (dangling, "link to nothing"),
        (control, "control character"),
        (long_name, "1025 bytes"),
    ],
)
def test_what_cannot_be_uploaded_is_refused_by_one_sentence(account, upload, tmp_path, make, text):
    result = upload(make(tmp_path))
    assert result.get("failed") and text in result["msg"] and "\n" not in result["msg"], result
    assert not account.calls, "refused before the first call"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file_is_named(account, upload, tmp_path):
    path = write(tmp_path / "in" / "secret")
    path.chmod(0)
    result = upload({"source": str(path.parent)})
    assert result.get("failed") and f"{path} cannot be read: Permission denied" in result["msg"], result


def test_file_of_which_nobody_may_read_is_named(account, upload, tmp_path, monkeypatch):
    import builtins

    path = write(tmp_path / "in" / "secret")
    honest = builtins.open

    def guarded(name, *args, **kwargs):
        if name == str(path):
            raise PermissionError(13, "Permission denied", name)
        return honest(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", guarded)
    result = upload({"source": str(path.parent)})
    assert result.get("failed") and f"{path} cannot be read: Permission denied" in result["msg"], result
    assert not account.calls
