# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Which modules a Perl script uses that do not come with Perl itself; pure."""

from __future__ import annotations

import re

USE = re.compile(r"^[ \t]*(?:use|require)[ \t]+([A-Za-z]\w*(?:::\w+)*)(?=[\s;(])", re.MULTILINE)
END = re.compile(r"^__(?:END|DATA)__$.*|^=\w+.*?(?:^=cut$|\Z)", re.MULTILINE | re.DOTALL)
VERSION = re.compile(r"v\d+")
OWN = frozenset(
    "AnyDBM_File AutoLoader Benchmark Carp Class::Struct Config Cwd DB_File Data::Dumper DirHandle DynaLoader English Env "
    "Errno Exporter Fatal Fcntl FileCache FileHandle FindBin Getopt::Long Getopt::Std JSON::PP List::Util Memoize NEXT "
    "Opcode POSIX SDBM_File Safe Scalar::Util Search::Dict SelectSaver SelfLoader Socket Storable Sub::Util Symbol "
    "Text::Abbrev Text::ParseWords Text::Tabs Text::Wrap UNIVERSAL XSLoader attributes autodie autouse base bigfloat bigint "
    "bignum bigrat blib builtin bytes charnames constant deprecate diagnostics encoding experimental feature fields filetest "
    "if integer less lib locale mro ok open ops overload overloading parent re sigtrap sort strict subs threads utf8 vars "
    "version vmsish warnings".split()
)
# Of these nearly all are its own.
OWN_KINDS = frozenset(
    "Archive B Compress Devel Digest Encode File Filter HTTP Hash I18N IO IPC Locale MIME Math Module Net Params Perl PerlIO "
    "Pod Sys Term Test Thread Tie Time Unicode User autodie threads warnings".split()
)


def used(text: str) -> dict[str, int]:
    """Return the modules that a script uses beside Perl's own, each with the number of the first line that does."""
    text = END.sub(lambda found: "\n" * found[0].count("\n"), text)
    found: dict[str, int] = {}
    for match in USE.finditer(text):
        name = match[1]
        if name not in OWN and name.partition("::")[0] not in OWN_KINDS and not VERSION.fullmatch(name):
            found.setdefault(name, text.count("\n", 0, match.start()) + 1)
    return found
