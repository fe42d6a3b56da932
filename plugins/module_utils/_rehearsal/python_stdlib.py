# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the standard library of each Python 3 holds; data, and the two questions to it.

Public modules of ``sys.stdlib_module_names`` on Linux, and names that programs import from them and that came or went.
Numbers are minor versions: 12 is Python 3.12.
"""

from __future__ import annotations

Version = tuple[int, int]

# In every Python 3 from 3.9 on.
ALWAYS = frozenset(
    "__future__ __main__ abc antigravity argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 "
    "cProfile calendar cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib "
    "contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings "
    "ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt "
    "getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib importlib inspect io ipaddress "
    "itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap modulefinder "
    "multiprocessing netrc ntpath nturl2path numbers opcode operator optparse os pathlib pdb pickle pickletools pkgutil "
    "platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat "
    "queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex "
    "shutil signal site smtplib socket socketserver sqlite3 sre_compile sre_constants sre_parse ssl stat statistics "
    "string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile termios textwrap this "
    "threading time timeit tkinter token tokenize trace traceback tracemalloc tty turtle turtledemo types typing "
    "unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xml xmlrpc zipapp zipfile zipimport "
    "zlib zoneinfo".split()
)
ADDED = {"tomllib": 11, "annotationlib": 14, "compression": 14}
# The first version without the module.
REMOVED = {
    **dict.fromkeys("formatter parser symbol".split(), 10),
    "binhex": 11,
    **dict.fromkeys("asynchat asyncore distutils imp smtpd".split(), 12),
    **dict.fromkeys(
        "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap nis nntplib ossaudiodev pipes sndhdr spwd sunau "
        "telnetlib uu xdrlib".split(),
        13,
    ),
}
INSTEAD = {
    "asynchat": "asyncio",
    "asyncore": "asyncio",
    "binhex": "binascii",
    "cgi": "urllib.parse and html",
    "imp": "importlib",
    "pipes": "shlex and subprocess",
    "telnetlib": "socket",
    "uu": "binascii",
}
# Loaded before a program is, or built into Python, so that a file beside the program does not replace them.
UNSHADOWED = frozenset(
    "__future__ __main__ abc atexit builtins codecs encodings errno faulthandler gc genericpath io itertools marshal os "
    "posix posixpath pwd signal site stat sys time tracemalloc zipimport".split()
)

# Python 2's own modules, and what took their place.
PYTHON2 = {
    "BaseHTTPServer": "http.server",
    "ConfigParser": "configparser",
    "Cookie": "http.cookies",
    "HTMLParser": "html.parser",
    "Queue": "queue",
    "SocketServer": "socketserver",
    "StringIO": "io",
    "Tkinter": "tkinter",
    "UserDict": "collections",
    "__builtin__": "builtins",
    "anydbm": "dbm",
    "cPickle": "pickle",
    "cStringIO": "io",
    "commands": "subprocess",
    "cookielib": "http.cookiejar",
    "copy_reg": "copyreg",
    "htmlentitydefs": "html.entities",
    "httplib": "http.client",
    "md5": "hashlib",
    "robotparser": "urllib.robotparser",
    "sets": "the built-in set",
    "sha": "hashlib",
    "thread": "threading",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
    "xmlrpclib": "xmlrpc.client",
}

_ABCS = (
    "AsyncGenerator AsyncIterable AsyncIterator Awaitable ByteString Callable Collection Container Coroutine Generator "
    "Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping MutableSequence MutableSet "
    "Reversible Sequence Set Sized ValuesView"
)
# Module → name → the first version that has it.
ADDED_NAMES: dict[str, dict[str, int]] = {
    "datetime": {"UTC": 11},
    "enum": {"StrEnum": 11, "ReprEnum": 11, "verify": 11},
    "itertools": {"pairwise": 10, "batched": 12},
    "hashlib": {"file_digest": 11},
    "math": {"cbrt": 11, "exp2": 11, "sumprod": 12, "fma": 13},
    "contextlib": {"aclosing": 10, "chdir": 11},
    "statistics": {"covariance": 10, "correlation": 10, "linear_regression": 10, "kde": 13},
    "types": {"NoneType": 10, "EllipsisType": 10, "UnionType": 10},
    "typing": {
        **dict.fromkeys("Concatenate ParamSpec TypeAlias TypeGuard is_typeddict".split(), 10),
        **dict.fromkeys("LiteralString Never NotRequired Required Self Unpack assert_never reveal_type".split(), 11),
        **dict.fromkeys("override TypeAliasType".split(), 12),
        **dict.fromkeys("ReadOnly TypeIs NoDefault".split(), 13),
    },
    "warnings": {"deprecated": 13},
}
# Module → name → the first version that has it no more; 0 for what only Python 2 had.
REMOVED_NAMES: dict[str, dict[str, int]] = {
    "collections": dict.fromkeys(_ABCS.split(), 10),
    "inspect": {"getargspec": 11, "formatargspec": 11},
    "asyncio": {"coroutine": 11},
    "fractions": {"gcd": 9},
    "itertools": dict.fromkeys("izip imap ifilter ifilterfalse izip_longest".split(), 0),
    "string": dict.fromkeys("letters lowercase uppercase maketrans join split strip atoi lower upper".split(), 0),
    "urllib": {
        **dict.fromkeys("quote quote_plus unquote unquote_plus".split(), 0),
        **{f"url{what}": 0 for what in ("encode", "open", "retrieve")},
    },
    "unittest": {"makeSuite": 13, "findTestCases": 13},
}


def state(module: str, version: Version | None) -> str:
    """Return "there", "removed", "new" (not yet), or "" for a module that no standard library has.

    :param version: the nodes' Python; None when it is not known, and any version's module is there.
    """
    if module in ALWAYS:
        return "there"
    if module not in ADDED and module not in REMOVED:
        return "there" if module.startswith("_") and not module.startswith("__") else ""
    if version is not None and module in REMOVED and version[1] >= REMOVED[module]:
        return "removed"
    return "new" if version is not None and version[1] < ADDED.get(module, 0) else "there"


def name_problem(module: str, name: str, version: Version | None) -> str:
    """Return what is wrong with importing ``name`` from a module of the standard library, "" where nothing is known."""
    gone = REMOVED_NAMES.get(module, {}).get(name)
    since = ADDED_NAMES.get(module, {}).get(name)
    if gone == 0:
        return "is Python 2"
    if gone is not None and version is not None and version[1] >= gone:
        return f"is gone since Python 3.{gone}"
    if since is not None and version is not None and version[1] < since:
        return f"is there since Python 3.{since}"
    return ""
