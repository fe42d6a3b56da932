# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which archives a run uses."""

from __future__ import annotations

import tarfile

import pytest

from ansible_collections.ohmy.hadoop.plugins.plugin_utils import archives

DIGEST = "0123456789abcdef" * 8
OPEN = {
    "hadoop_archive": None,
    "hadoop_archive_sha512": None,
    "hadoop_java": "archive",
    "hadoop_java_archive": None,
    "hadoop_java_archive_sha512": None,
    "hadoop_overlay": None,
    "hadoop_overlay_sha512": None,
}


@pytest.fixture(name="folder")
def fixture_folder(tmp_path, monkeypatch):
    """A user's folder of archives, as that of an installed collection, where there is no checkout."""
    folder = tmp_path / "ohmy.hadoop" / "archives"
    folder.mkdir(parents=True)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(archives, "COLLECTION", tmp_path / "collection")
    return folder


def put(folder, *names):
    """Make files with a checksum beside each."""
    for name in names:
        (folder / name).write_bytes(b"")
        (folder / f"{name}.sha512").write_text(f"{DIGEST}  {name}\n")


def test_the_newest_archives_are_found_with_their_checksums(folder):
    put(folder, "hadoop-3.5.0.tar", "hadoop-3.10.0.tar", "hadoop-s3-3.10.0.tar", "jre-17.tar.gz")
    (folder / "hadoop-3.10.0.tar.inputs").write_text("x")
    assert archives.fill(OPEN) == {
        "hadoop_archive": str(folder / "hadoop-3.10.0.tar"),
        "hadoop_archive_sha512": DIGEST,
        "hadoop_java_archive": str(folder / "jre-17.tar.gz"),
        "hadoop_java_archive_sha512": DIGEST,
        "hadoop_overlay": None,
    }


def test_the_checkout_comes_first_where_there_is_one(folder, tmp_path):
    put(folder, "hadoop-3.5.0.tar")
    built = tmp_path / "collection" / "build" / "archives"
    built.mkdir(parents=True)
    put(built, "hadoop-3.4.3.tar")
    assert archives.fill(OPEN)["hadoop_archive"] == str(folder / "hadoop-3.5.0.tar")
    (tmp_path / "collection" / "archives").mkdir()
    assert archives.fill(OPEN)["hadoop_archive"] == str(built / "hadoop-3.4.3.tar")


@pytest.mark.parametrize("name", ["hadoop-3.5.0.tar.gz", "hadoop-3.5.0-lean.tar.gz", "hadoop-3.5.0-aarch64.tgz"])
def test_the_jars_for_s3_belong_to_apaches_archive_of_the_same_version(folder, tmp_path, name):
    put(folder, "hadoop-s3-3.4.3.tar", "hadoop-s3-3.5.0.tar")
    for archive in (str(tmp_path / name), f"https://mirror.example.org/hadoop/{name}"):
        done = archives.fill({**OPEN, "hadoop_archive": archive, "hadoop_archive_sha512": DIGEST})
        assert done["hadoop_overlay"] == str(folder / "hadoop-s3-3.5.0.tar")
        assert done["hadoop_overlay_sha512"] == DIGEST
    put(tmp_path, "hadoop-s3-3.5.0.tar")
    assert archives.overlay(str(tmp_path / name)) == str(tmp_path / "hadoop-s3-3.5.0.tar")
    assert archives.overlay(str(tmp_path / "hadoop-3.5.0.tar")) is None
    assert archives.overlay(str(tmp_path / "hadoop-3.6.0.tar.gz")) is None


def test_an_overlay_that_is_named_or_refused_is_kept(folder, tmp_path):
    put(folder, "hadoop-s3-3.5.0.tar")
    apache = {**OPEN, "hadoop_archive": str(tmp_path / "hadoop-3.5.0.tar.gz")}
    assert "hadoop_overlay" not in archives.fill({**apache, "hadoop_overlay": ""})
    own = {**apache, "hadoop_overlay": "https://example.org/own.tar", "hadoop_overlay_sha512": DIGEST}
    assert "hadoop_overlay" not in archives.fill(own)


@pytest.mark.parametrize("text", [f"{DIGEST}  a.tar\n", f"SHA512 (a.tar) = {DIGEST.upper()}\n"])
def test_a_checksum_is_read_as_written_by_sha512sum_and_by_apache(tmp_path, text):
    (tmp_path / "a.tar.sha512").write_text(text)
    assert archives.sha512(str(tmp_path / "a.tar")) == DIGEST
    assert archives.sha512(str(tmp_path / "b.tar")) is None


def test_what_is_missing_is_said_with_all_the_ways_to_have_it(folder):
    hadoop, java = archives.problems({**OPEN, **archives.fill(OPEN)})
    for text in (str(folder), "hadoop_archive_sha512", "make archives", "docs/install.md"):
        assert text in hadoop
    assert "hadoop_java: package" in java and "build/archives" not in hadoop + java
    package = {**OPEN, "hadoop_java": "package"}
    assert len(archives.problems({**package, **archives.fill(package)})) == 1


def test_a_url_needs_a_checksum_and_a_file_one_beside_it(folder, tmp_path):
    put(folder, "jre-17.tar.gz")
    for archive in ("https://example.org/hadoop-3.5.0.tar", str(tmp_path / "hadoop-3.5.0.tar")):
        wanted = {**OPEN, "hadoop_archive": archive}
        (text,) = archives.problems({**wanted, **archives.fill(wanted)})
        assert text.startswith("hadoop_archive_sha512: is missing")
        assert (f"{archive}.sha512" in text) == archive.startswith("/")


def test_apaches_archive_wants_its_jars_for_s3_where_there_is_s3(folder):
    def told(**values):
        settings = {**OPEN, "hadoop_java": "package", "hadoop_archive_sha512": DIGEST, **values}
        return archives.problems({**settings, **archives.fill(settings)})

    assert [text.split(":")[0] for text in told(hadoop_archive="/srv/hadoop-3.5.0.tar.gz")] == ["hadoop_overlay"]
    assert told(hadoop_archive="/srv/hadoop-3.4.2.tar.gz") == []
    assert told(hadoop_archive="/srv/hadoop-3.5.0.tar.gz", hadoop_overlay="") == []
    assert told(hadoop_archive="/srv/hadoop-3.5.0.tar.gz", cluster_provider="inventory") == []
    put(folder, "hadoop-s3-3.5.0.tar")
    assert told(hadoop_archive="/srv/hadoop-3.5.0.tar.gz") == []


def test_what_an_archive_holds_is_told_where_it_is_not_compressed(tmp_path):
    (tmp_path / "a.jar").write_bytes(b"x")
    for name, mode in (("hadoop-3.5.0.tar", "w"), ("hadoop-3.5.0.tar.gz", "w:gz")):
        with tarfile.open(tmp_path / name, mode) as archive:
            archive.add(tmp_path / "a.jar", "hadoop-3.5.0/lib/a.jar")
    assert archives.contents(str(tmp_path / "hadoop-3.5.0.tar")) == ["hadoop-3.5.0/lib/a.jar"]
    (tmp_path / "broken.tar").write_bytes(b"x")
    for name in (str(tmp_path / "hadoop-3.5.0.tar.gz"), str(tmp_path / "broken.tar"), "https://example.org/a.tar", ""):
        assert archives.contents(name) is None


def test_a_codec_that_the_archive_lacks_is_refused_wherever_it_is_named(tmp_path):
    with tarfile.open(tmp_path / "hadoop-3.5.0.tar", "w"):
        pass
    named = {"mapreduce.map.output.compress.codec": "org.apache.hadoop.io.compress.ZStandardCodec"}
    settings = {
        "hadoop_archive": str(tmp_path / "hadoop-3.5.0.tar"),
        "hadoop_mapred_site": named,
        "job_steps": [{"options": named, "output_compress": None, "map_output_compress": "snappy"}],
    }
    assert [one.name for one in archives.codecs_of(settings)] == ["deflate", "gzip", "bzip2"]
    found = [text.split(":")[0] for text in archives.codec_problems(settings)]
    assert found == ["hadoop_mapred_site", "job_options", "job_map_output_compress"]
    other = {**settings, "hadoop_mapred_site": {}, "hadoop_site": {"mapred-site": named}}
    assert [text.split(":")[0] for text in archives.codec_problems(other)][0] == "hadoop_site"
    found = archives.codec_problems({**settings, "hadoop_mapred_site": {}, "job_steps": settings["job_steps"] * 2})
    assert [text.split(":")[0] for text in found] == [
        f"job_steps[{number}].{name}" for number in (1, 2) for name in ("options", "map_output_compress")
    ]
    assert archives.codec_problems({**settings, "hadoop_archive": "/srv/hadoop-3.5.0.tar.gz"}) == []
