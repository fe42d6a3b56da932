# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What Debian's packages bring to Python and to the commands of a node, where their names do not say so; data.

A package that is not here and named ``python3-NAME`` brings the module NAME, any other the command of its own name; in
both cases perhaps more, by the packages that it needs.
"""

from __future__ import annotations

import typing as t

# The first module is what the package is for, the others come with it.
MODULES = {
    "python3-attr": "attr attrs",
    "python3-biopython": "Bio numpy",
    "python3-boto3": "boto3 botocore jmespath s3transfer dateutil urllib3 six",
    "python3-bs4": "bs4 soupsieve",
    "python3-cryptography": "cryptography cffi",
    "python3-cython": "Cython",
    "python3-dateutil": "dateutil six",
    "python3-distutils": "distutils",
    "python3-docutils": "docutils",
    "python3-gdal": "osgeo numpy",
    "python3-h5py": "h5py numpy",
    "python3-joblib": "joblib",
    "python3-jwt": "jwt",
    "python3-levenshtein": "Levenshtein",
    "python3-lib2to3": "lib2to3",
    "python3-lxml": "lxml",
    "python3-lz4": "lz4",
    "python3-magic": "magic",
    "python3-matplotlib": "matplotlib numpy PIL dateutil cycler kiwisolver pyparsing mpl_toolkits",
    "python3-maxminddb": "maxminddb",
    "python3-mmh3": "mmh3",
    "python3-msgpack": "msgpack",
    "python3-mysqldb": "MySQLdb",
    "python3-networkx": "networkx",
    "python3-nltk": "nltk click joblib regex tqdm",
    "python3-numexpr": "numexpr numpy",
    "python3-numpy": "numpy",
    "python3-opencv": "cv2 numpy",
    "python3-openpyxl": "openpyxl",
    "python3-pandas": "pandas numpy dateutil pytz six",
    "python3-pil": "PIL",
    "python3-pip": "pip setuptools pkg_resources distutils",
    "python3-protobuf": "google",
    "python3-psutil": "psutil",
    "python3-psycopg2": "psycopg2",
    "python3-pycryptodome": "Cryptodome",
    "python3-pycurl": "pycurl",
    "python3-pymysql": "pymysql",
    "python3-regex": "regex",
    "python3-requests": "requests urllib3 idna certifi",
    "python3-scipy": "scipy numpy",
    "python3-serial": "serial",
    # Its own copy stands in for the one that left Python.
    "python3-setuptools": "setuptools pkg_resources distutils",
    "python3-simplejson": "simplejson",
    "python3-six": "six",
    "python3-sklearn": "sklearn numpy scipy joblib threadpoolctl",
    "python3-skimage": "skimage numpy scipy",
    "python3-snappy": "snappy",
    "python3-statsmodels": "statsmodels numpy scipy pandas patsy",
    "python3-tk": "tkinter turtle turtledemo",
    "python3-tqdm": "tqdm",
    "python3-tz": "pytz",
    "python3-ua-parser": "ua_parser",
    "python3-ujson": "ujson",
    "python3-unidecode": "unidecode",
    "python3-xxhash": "xxhash",
    "python3-yaml": "yaml",
    "python3-zmq": "zmq",
    "python3-zstandard": "zstandard",
}
COMMANDS = {
    "default-jre-headless": "java",
    "gawk": "gawk awk",
    "golang-go": "go",
    "jq": "jq",
    "bc": "bc",
    "ksh": "ksh",
    "lua5.4": "lua5.4 lua",
    "nodejs": "node nodejs",
    "octave": "octave",
    "perl": "perl",
    "php-cli": "php",
    "pypy3": "pypy3",
    "python-is-python3": "python",
    "r-base": "R Rscript",
    "r-base-core": "R Rscript",
    "ruby": "ruby",
    "tcl": "tclsh",
    "tcsh": "tcsh csh",
    "zsh": "zsh",
}


def plain_names(packages: t.Iterable[str]) -> list[str]:
    """Return the names of packages without the versions that may follow them (``name=version``)."""
    return [name.partition("=")[0] for name in packages]


def modules_of(packages: t.Iterable[str]) -> frozenset[str]:
    """Return the Python modules that packages are known to bring."""
    found: set[str] = set()
    for name in plain_names(packages):
        if name in MODULES:
            found.update(MODULES[name].split())
        elif name.startswith("python3-"):
            found.add(name[len("python3-") :].replace("-", "_"))
    return frozenset(found)


def commands_of(packages: t.Iterable[str]) -> frozenset[str]:
    """Return the commands that packages are known to bring."""
    found: set[str] = set()
    for name in plain_names(packages):
        if not name.startswith("python3-"):
            found.update(COMMANDS.get(name, name).split())
    return frozenset(found)


def may_bring_more(packages: t.Iterable[str]) -> bool:
    """Tell whether one of the packages is unknown here, so that nobody can say what else comes with it."""
    return any(name not in MODULES and name not in COMMANDS for name in plain_names(packages))


def package_for(module: str) -> str:
    """Return the package that is for a module, "" where none is known."""
    return next((name for name, modules in MODULES.items() if modules.split()[0] == module), "")


def package_of(command: str) -> str:
    """Return the package that brings a command, "" where none is known."""
    return next((name for name, commands in COMMANDS.items() if command in commands.split()), "")
