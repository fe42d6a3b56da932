# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of images, of Debian's packages and of Python's standard library."""

from __future__ import annotations

import importlib
import importlib.util
import sys

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import (
    debian_packages,
    node_images,
    program_words,
    python_stdlib,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.program_words import Run

HERE = (sys.version_info[0], sys.version_info[1])


@pytest.mark.parametrize(
    "text, name, exact",
    [
        ("debian-12-amd64-20240717-1811", "Debian 12", True),
        ("debian-11-arm64-20240717-1811", "Debian 11", True),
        ("debian-13-amd64-20250814-2204", "Debian 13", True),
        ("ssm:/aws/service/debian/release/12/latest/amd64", "Debian 12", True),
        ("/aws/service/debian/release/13/20250814-2204/arm64", "Debian 13", True),
        ("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20240701", "Ubuntu 22.04", True),
        ("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20240701.1", "Ubuntu 24.04", True),
        (
            "ssm:/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
            "Ubuntu 24.04",
            True,
        ),
        ("al2023-ami-2023.5.20240722.0-kernel-6.1-x86_64", "Amazon Linux 2023", True),
        ("ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", "Amazon Linux 2023", True),
        # Built on one of them, with who knows what besides.
        ("debian-12-amd64-acme-numpy", "Debian 12", False),
        ("acme debian 12 (bookworm) for jobs", "Debian 12", False),
        ("Debian GNU/Linux 13", "Debian 13", False),
        ("ubuntu-minimal/images/hvm-ssd/ubuntu-jammy-22.04-amd64-minimal-20240701", "Ubuntu 22.04", False),
        ("Canonical, Ubuntu, 24.04, amd64 noble image", "Ubuntu 24.04", False),
        ("al2023-ami-minimal-2023.5.20240722.0-kernel-6.1-x86_64", "Amazon Linux 2023", False),
        ("Amazon Linux 2023 AMI 2023.5", "Amazon Linux 2023", False),
    ],
)
def test_an_image_is_found_by_its_name(text, name, exact):
    image = node_images.find_image(text)
    assert image is not None and (image.name, image.exact) == (name, exact)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ami-0123456789abcdef0",
        "debian-10-amd64-20240703-1797",
        "debian-120",
        "ubuntu-bionic-18.04-amd64-server-1",
        "amzn2-ami-hvm-2.0.20240719.0-x86_64-gp2",
        "RHEL-9.4.0_HVM-20240605-x86_64",
        "ubuntu/images/hvm-ssd-gp3/ubuntu-plucky-25.04-amd64-server-20250701",
    ],
)
def test_another_image_is_not_known(text):
    assert node_images.find_image(text) is None


@pytest.mark.parametrize("image", node_images.IMAGES.values(), ids=lambda image: image.name)
def test_the_sets_of_an_image_do_not_contradict_each_other(image):
    assert not image.commands & image.absent
    assert not image.modules & python_stdlib.ALWAYS
    assert image.without <= python_stdlib.ALWAYS
    python = f"python3.{image.python[1]}"
    assert image.has_command("python3") and image.has_command(python) and image.has_command("python3.5") is False
    assert image.has_command("ruby") is False and image.has_command("frobnicate") is None
    assert image.has_module("yaml") and image.has_module("numpy") is False and image.has_module("boto3") is None
    loose = node_images.with_python(image, "3.99")
    assert loose.has_command("ruby") is None and loose.has_module("numpy") is None and loose.has_module("yaml")


def test_the_users_python_counts():
    debian = node_images.IMAGES["debian-12"]
    assert node_images.with_python(debian, "3.11.2") is debian
    alone = node_images.with_python(None, " 3.13 ")
    assert alone.python == (3, 13) and alone.has_command("python3.13") and alone.has_command("python") is None
    assert node_images.with_python(debian, "3.12").python == (3, 12)


@pytest.mark.parametrize("version", ["3", "2.7", "3.1", "3.x", "three", "", "4.0", "13.1"])
def test_what_is_no_version_of_python_3_is_refused(version):
    with pytest.raises(OhmyError, match="is no version of Python 3"):
        node_images.with_python(None, version)


def test_the_standard_library_is_that_of_this_python():
    foreign = {"msilib", "msvcrt", "nt", "winreg", "winsound", "_msi", "_winapi"}  # on Windows alone
    names = {name for name in sys.stdlib_module_names if not name.startswith("_")} - foreign
    known = {*python_stdlib.ALWAYS, *python_stdlib.ADDED, *python_stdlib.REMOVED}
    assert {name for name in known if python_stdlib.state(name, HERE) == "there"} - {"__future__", "__main__"} == names


def test_names_came_to_and_went_from_the_standard_library_when_the_table_says():
    tables = [*python_stdlib.ADDED_NAMES.items(), *python_stdlib.REMOVED_NAMES.items()]
    for module, names in tables:
        there = importlib.import_module(module)
        for name in names:
            assert hasattr(there, name) == (not python_stdlib.name_problem(module, name, HERE)), (module, name)
    assert len(tables) > 15


def test_what_python_2_had_python_3_has_not():
    for module in python_stdlib.PYTHON2:
        assert python_stdlib.state(module, None) == "" and importlib.util.find_spec(module) is None
    # Debian packs tkinter apart.
    for instead in {*python_stdlib.PYTHON2.values(), *python_stdlib.INSTEAD.values()} - {"the built-in set", "tkinter"}:
        for module in instead.split(" and "):
            assert importlib.import_module(module)


def test_packages_bring_what_their_names_say_and_what_the_table_says():
    assert debian_packages.modules_of(["python3-yaml=6.0", "python3-foo-bar", "jq"]) == {"yaml", "foo_bar"}
    assert debian_packages.commands_of(["python3-yaml", "nodejs=18", "mlr"]) == {"node", "nodejs", "mlr"}
    assert not debian_packages.may_bring_more(["python3-yaml=6.0", "ruby"]) and debian_packages.may_bring_more(["mlr"])
    assert debian_packages.package_for("sklearn") == "python3-sklearn" and not debian_packages.package_for("mine")
    assert debian_packages.package_of("Rscript") == "r-base" and not debian_packages.package_of("mine")


@pytest.mark.parametrize(
    "command, run",
    [
        ("m.py a b", Run("m.py", inline=True)),
        ("python3 -u -W ignore -Xutf8 m.py --opt='a b'", Run("python3", "m.py")),
        ("python3 -Wignore -m tool x", Run("python3", module="tool", inline=True)),
        ("python3 -uc 'x = 1' m.py", Run("python3", inline=True)),
        ("python3", Run("python3", inline=True)),
        ("env -u A B=1 /usr/bin/python3 m.py", Run("/usr/bin/python3", "m.py")),
        ("env", Run("env", inline=True)),
        ("bash -euo pipefail m.sh x", Run("bash", "m.sh")),
        ("bash -ec 'm.sh'", Run("bash", inline=True)),
        ("sh --posix m.sh", Run("sh", "m.sh")),
        ("perl -lane 'print'", Run("perl", inline=True)),
        ("perl -w m.pl", Run("perl", "m.pl")),
        ("awk -F, -f m.awk", Run("awk", "m.awk")),
        ("awk '{print}' words.txt", Run("awk", inline=True)),
        ("cut -f 1", Run("cut", inline=True)),
        ("org.apache.hadoop.mapred.lib.IdentityMapper", None),
        ("IdentityMapper", Run("IdentityMapper", inline=True)),
        ("Aggregate", None),
        ("NONE", None),
        ("", None),
        ("cut 'x", None),
    ],
)
def test_what_a_command_runs(command, run):
    assert program_words.of_command(command) == run
