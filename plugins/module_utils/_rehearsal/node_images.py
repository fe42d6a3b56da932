# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the official images of known systems bring to a program: Python, commands, modules; data, and how to find one.

Only what is sure stands here: each image's own Python, what its essential packages bring, and what cloud-init, which
every image has, needs of Python. What another package of an image may bring, stands in ``maybe``.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from .._core.errors import OhmyError
from .._core.systems import SYSTEMS, X86_64
from .python_stdlib import Version

OLDEST = 6  # 3.1 is 3.10 that YAML took for a number
# coreutils, findutils, grep, sed, tar, gzip, diffutils, util-linux, an awk and the shells: on every image.
BASE = frozenset(
    "[ arch awk b2sum base32 base64 basename bash cat chgrp chmod chown cksum cmp comm cp csplit cut date dd df diff "
    "diff3 dir dirname dmesg du echo egrep env expand expr factor false fgrep find flock fmt fold getconf getent getopt "
    "grep groups gunzip gzip head hostname iconv id install ionice join kill link ln logger ls md5sum mkdir mkfifo "
    "mktemp more mount mv nice nl nohup nproc numfmt od paste pathchk pr printenv printf ps ptx pwd readlink realpath "
    "renice rm rmdir sdiff sed seq setsid sh sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf sleep sort "
    "split stat stdbuf stty sum sync tac tail tar taskset tee test timeout touch tr true truncate tsort tty uname "
    "unexpand uniq unlink users wc whoami xargs yes zcat zgrep".split()
)
DEBIAN_COMMANDS = frozenset("apt-get dash dpkg mawk perl python3 run-parts which".split())
ABSENT = frozenset(
    "R Rscript bun clojure csh deno dotnet elixir erl escript fish ghc go groovy guile julia kotlin ksh node nodejs "
    "octave php pypy pypy3 python2 python2.7 racket raku ruby runghc sbcl scala tcsh zsh".split()
)
DEBIAN_ABSENT = ABSENT | frozenset("lua lua5.3 lua5.4 python tclsh".split())

# What cloud-init imports, and what that imports.
CLOUD_INIT = frozenset(
    "yaml jinja2 markupsafe requests urllib3 idna configobj jsonpatch jsonpointer jsonschema".split()
)
DEBIAN_MODULES = CLOUD_INIT | {"certifi", "oauthlib", "attr"}
# Of apt-listchanges, reportbug, unattended-upgrades, awscli, ec2-hibinit and their like, as a release has them.
MAYBE = frozenset(
    "OpenSSL Xlib apport apt apt_inst apt_pkg attrs automat aptsources awscli awscrt babel bcrypt blinker boto3 botocore "
    "bson certifi cffi chardet charset_normalizer click cloudinit colorama constantly cryptography curl dateutil dbus "
    "debconf debian debianbts distro distro_info dns docutils gi hamcrest httplib2 hyperlink importlib_metadata "
    "importlib_resources incremental jmespath jwt keyring launchpadlib lazr lib2to3 magic markdown_it mdurl "
    "more_itertools netaddr netifaces newt oauthlib packaging parted pexpect pip pkg_resources prompt_toolkit psutil "
    "ptyprocess pyasn1 pyasn1_modules pycparser pycurl pygments pyparsing pyrsistent pysimplesoap pytz referencing "
    "reportbug rich roman rpds rpm rsa ruamel s3transfer secretstorage selinux sepolicy serial service_identity "
    "setuptools simplejson six snack softwareproperties sos systemd toml twisted typing_extensions uaclient "
    "ubuntu_release_upgrader ufw urllib3 validators wadllib wcwidth wheel wsaccel xkit yaml zipp zope".split()
)
# Debian packs these parts of the standard library apart.
SPLIT_OFF = frozenset("idlelib tkinter turtle turtledemo".split())


@dataclass(frozen=True)
class NodeImage:
    """What a node has before anything is installed on it.

    ``exact``: it is the official image, so that what is in none of the sets is not there; else nobody knows.
    ``without``: modules of the standard library that it lacks; ``glibc``: (0, 0) where it is not known. ``family``: "debian" where ``hadoop_packages`` work.
    """

    name: str
    python: Version | None
    commands: frozenset[str]
    absent: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    family: str = "debian"
    exact: bool = True
    glibc: tuple[int, int] = (0, 0)

    def has_command(self, name: str) -> bool | None:
        """Tell whether a command is there; None: not known."""
        if name in self.commands:
            return True
        if self.python and (found := re.fullmatch(r"python(\d+)\.(\d+)", name)):
            if (int(found[1]), int(found[2])) == self.python:
                return True
            return False if self.exact else None
        return False if self.exact and name in self.absent else None

    def has_module(self, name: str) -> bool | None:
        """Tell whether a module of others than the standard library is there; None: not known."""
        if name in self.modules:
            return True
        return False if self.exact and name not in self.maybe else None


def _debian(name: str, modules: t.AbstractSet[str] = frozenset()) -> NodeImage:
    system = SYSTEMS[name]
    return NodeImage(
        system.title,
        system.python,
        BASE | DEBIAN_COMMANDS,
        DEBIAN_ABSENT,
        DEBIAN_MODULES | modules,
        # It was a package of its own, which others needed.
        MAYBE | {"distutils"} if system.python < (3, 12) else MAYBE,
        SPLIT_OFF,
        glibc=system.glibc,
    )


IMAGES = {
    "debian-11": _debian("debian-11", {"chardet", "six"}),
    "debian-12": _debian("debian-12", {"charset_normalizer", "six", "netifaces"}),
    "debian-13": _debian("debian-13"),
    "ubuntu-22.04": _debian("ubuntu-22.04", {"netifaces", "serial", "six"}),
    "ubuntu-24.04": _debian("ubuntu-24.04", {"serial"}),
    "amazon-2023": NodeImage(
        SYSTEMS["amazon-linux-2023"].title,
        SYSTEMS["amazon-linux-2023"].python,
        BASE | frozenset({"gawk", "python3", "rpm", "dnf"}),
        ABSENT,
        CLOUD_INIT,
        MAYBE | {"dnf", "hawkey", "libdnf"},
        SPLIT_OFF,
        family="rpm",
        glibc=SYSTEMS["amazon-linux-2023"].glibc,
    ),
}
# A node of which nothing is told: the tools of POSIX, and the Python that makes it a node.
ANY = NodeImage("the nodes", None, BASE | {"python3"}, exact=False)

# Official names of images, and of the parameters that lead to them; then what merely names the system.
_OFFICIAL = (
    r"debian-(?P<debian>\d+)-(?:amd64|arm64)-[0-9a-f]{8}(?:-\d+)?",
    r"(?:ssm:)?/aws/service/debian/release/(?P<debian>\d+)/[\w./-]+",
    r"ubuntu/images/[\w-]+/ubuntu-[a-z]+-(?P<ubuntu>\d\d\.\d\d)-(?:amd64|arm64)-server-\d+(?:\.\d+)?",
    r"(?:ssm:)?/aws/service/canonical/ubuntu/server/(?P<ubuntu>\d\d\.\d\d)/[\w./-]+",
    r"al(?P<amazon>2023)-ami-2023\.[\w.-]+",
    r"(?:ssm:)?/aws/service/ami-amazon-linux-latest/al(?P<amazon>2023)-ami-kernel-[\w.-]+",
)
_NAMED = (
    r"\bdebian(?:[ _/-]+(?:gnu/linux|release))?[ _/-]+(?P<debian>1\d)(?![\d.]*\d)",
    r"\bubuntu\b.*?(?P<ubuntu>\d\d\.\d\d)(?!\d)",
    r"\b(?:al|amazon[ _-]?linux[ _-]?)(?P<amazon>2023)\b",
)


def find_image(text: str) -> NodeImage | None:
    """Return what is known of an image by its name, its description or the parameter that names it; None: nothing.

    The official images are known exactly; of another that merely names such a system, only its basis is.
    """
    if text in SYSTEMS:
        text = SYSTEMS[text].image(X86_64)
    for patterns, whole in ((_OFFICIAL, True), (_NAMED, False)):
        for pattern in patterns:
            found = re.fullmatch(pattern, text.strip()) if whole else re.search(pattern, text, re.IGNORECASE)
            if found:
                family, release = next(iter(found.groupdict().items()))
                image = IMAGES.get(f"{family}-{release}")
                return image if image is None or whole else replace(image, exact=False)
    return None


def with_more(image: NodeImage | None) -> NodeImage | None:
    """Return an image on which somebody installs who knows what, as roles of one's own do (hadoop_roles)."""
    return image and replace(image, exact=False)


def with_python(image: NodeImage | None, version: str) -> NodeImage:
    """Return an image whose /usr/bin/python3 is of the version that the user names, such as "3.11".

    What else such a node has, is known only where the image has this Python anyhow.

    :raises OhmyError: it is no version of Python 3.
    """
    found = re.fullmatch(r"3\.(\d{1,2})(?:\.\d+)?", str(version).strip())
    if not found or int(found[1]) < OLDEST:
        raise OhmyError(
            f"hadoop_node_python: {version!r} is no version of Python 3.", 'Write it in quotes, such as "3.11".'
        )
    python = (3, int(found[1]))
    if image is not None and image.python == python:
        return image
    return replace(image or ANY, python=python, exact=False, name=f"a node with Python 3.{python[1]}")
