# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which modules a Perl script uses that Perl's smallest package, which every Debian has, does not bring; pure."""

from __future__ import annotations

import re

USE = re.compile(r"^[ \t]*(?:use|require)[ \t]+([A-Za-z]\w*(?:::\w+)*)(?=[\s;(])", re.MULTILINE)
END = re.compile(r"^__(?:END|DATA)__$.*|^=\w+.*?(?:^=cut$|\Z)", re.MULTILINE | re.DOTALL)
VERSION = re.compile(r"v\d+")
BASE = frozenset(
    "AutoLoader Carp Config Cwd DynaLoader Errno Exporter Fcntl File::Basename File::Glob File::Path File::Spec File::Temp "
    "FileHandle Getopt::Long Hash::Util IO IO::File IO::Handle IO::Pipe IO::Seekable IO::Select IO::Socket IPC::Open2 "
    "IPC::Open3 List::Util POSIX Scalar::Util SelectSaver Socket Symbol Text::ParseWords Text::Tabs Text::Wrap Tie::Hash "
    "XSLoader attributes base builtin bytes constant feature fields integer lib locale overload overloading parent re "
    "strict utf8 vars warnings".split()
)


def used(text: str) -> dict[str, int]:
    """Return the modules that a script uses beside those of perl-base, each with the number of the first line that does."""
    text = END.sub(lambda found: "\n" * found[0].count("\n"), text)
    found: dict[str, int] = {}
    for match in USE.finditer(text):
        if match[1] not in BASE and not VERSION.fullmatch(match[1]):
            found.setdefault(match[1], text.count("\n", 0, match.start()) + 1)
    return found
