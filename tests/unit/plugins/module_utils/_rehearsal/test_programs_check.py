# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks before a start say of programs, each written to disk as somebody would."""

from __future__ import annotations

import ast
import io
import tarfile
import zipfile
from dataclasses import replace

import pytest

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop import programs
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal import node_images, programs_check, shell_words
from ansible_collections.ohmy.hadoop.plugins.module_utils._rehearsal.python_source import HERE

IMAGES = node_images.IMAGES
DEBIAN = IMAGES["debian-12"]
# An image like Debian's with this machine's Python, or another.
HERE_TOO = replace(DEBIAN, python=HERE)
OLDER = replace(DEBIAN, python=(3, 9))
NEWER = replace(DEBIAN, python=(3, HERE[1] + 1), name="Debian 99")


@pytest.fixture(name="check")
def check_fixture(tmp_path):
    """Return a function that writes files, and returns what is found of a job that ships them."""

    def check(files, node=HERE_TOO, packages=(), archives=(), **commands):
        shipped = []
        for name, text in files.items():
            path = tmp_path / name
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            shipped.append({"src": str(path), "name": name, "sha256": programs.file_sha256(str(path))})
        commands = commands or {"mapper": f"python3 {next(iter(files))}"}
        roles = {"mapper": None, "reducer": None, "combiner": None, **commands}
        return programs_check.check_programs(roles, shipped, node, packages, dict(archives))

    return check


def ids(found):
    """Return the kinds of findings."""
    return [one["id"] for one in found]


WORDCOUNT = "import sys\nfor line in sys.stdin:\n    for word in line.split():\n        print(word + '\\t1')\n"


def test_programs_that_run_everywhere_are_not_talked_about(check):
    files = {"map.py": "#!/usr/bin/env python3\n" + WORDCOUNT, "reduce.py": WORDCOUNT, "stop.txt": "the\n"}
    for image in (*IMAGES.values(), node_images.with_python(None, "3.9")):
        assert check(files, image, mapper="map.py", reducer="python3 -u reduce.py --top 5", combiner="uniq -c") == []


def test_what_plan_programs_makes_is_what_is_checked(tmp_path):
    (tmp_path / "a mapper.py").write_text("import nowhere\n")
    commands, shipped = programs.plan_programs(str(tmp_path / "a mapper.py"), None, None, [])
    (found,) = programs_check.check_programs(commands, shipped, HERE_TOO, [], {})
    assert found["text"] == "a mapper.py, line 1: nowhere is neither on Debian 12 nor shipped."


@pytest.mark.parametrize("node", [HERE_TOO, None])
def test_commands_of_hadoop_and_of_the_system_need_nothing(check, node):
    assert check({}, node, mapper="cat", reducer="aggregate") == []
    assert check({}, node, mapper="/usr/bin/cut -f 2", reducer="org.apache.hadoop.mapred.lib.LongSumReducer") == []
    assert (
        check({}, node, mapper="env LC_ALL=C sort", reducer="bash -c 'sort | uniq -c'", combiner="awk '{print $1}'")
        == []
    )


# First lines


@pytest.mark.parametrize(
    "text, kind, words",
    [
        (b"\xef\xbb\xbf#!/usr/bin/env python3\n", "byte-order-mark", "m begins with a byte order mark"),
        (b"#!/usr/bin/python3\r\nprint(1)\r\n", "first-line-crlf", "The first line of m ends in a carriage return"),
        (b"print(1)\n", "no-interpreter", "names no interpreter"),
        (b"#!python3\nprint(1)\n", "interpreter-relative", "no interpreter with its path from /"),
        (b"#!/usr/bin/env\n", "interpreter-relative", "no interpreter"),
        (b"#!/usr/bin/env python3 -u\nprint(1)\n", "interpreter-arguments", "hands env several words"),
        (b"#!/usr/bin/env ruby\nputs 1\n", "interpreter-absent", "asks for ruby, which Debian 12 lacks."),
        (b"#!/usr/bin/ruby\nputs 1\n", "interpreter-absent", "asks for /usr/bin/ruby, which Debian 12 lacks."),
        (b"#!/usr/local/bin/python3\nprint(1)\n", "interpreter-absent", "asks for /usr/local/bin/python3"),
        (b"#!/home/me/venv/bin/python\nprint(1)\n", "interpreter-absent", "asks for /home/me/venv/bin/python, which"),
        (
            b"#!/root/.pyenv/shims/perl\n",
            "interpreter-absent",
            "asks for /root/.pyenv/shims/perl, which Debian 12 lacks.",
        ),
        (b"#!/usr/bin/env python3.7\nprint(1)\n", "interpreter-absent", "asks for python3.7"),
        (b"#!/usr/bin/env python\nprint(1)\n", "python-absent", "which Debian 12 lacks: it has python3 only."),
        (b"#!/usr/bin/python2.7\nprint(1)\n", "python-absent", "asks for /usr/bin/python2.7"),
        (b"#!/usr/bin/env -S python -u\nprint(1)\n", "python-absent", "asks for python,"),
        (b"#!/opt/tools/bin/python3\nimport nowhere\n", "interpreter-unsure", "which Debian 12 may lack."),
        (b"#!/usr/bin/env xsltproc\n", "interpreter-unsure", "asks for xsltproc, which Debian 12 may lack."),
        (b"#!/bin/bash\ncut -f1 | \\\r\nsort\r\n", "script-crlf", "m has lines that end in CRLF"),
    ],
)
def test_a_first_line_that_no_node_could_follow_is_told(check, text, kind, words):
    (found,) = check({"m": text}, mapper="m")
    assert found["id"] == kind and words in found["text"] and found["hint"].endswith(".")


@pytest.mark.parametrize(
    "line",
    ["#!/bin/sh", "#!/usr/bin/perl -w", "#! /usr/bin/python3", "#!/usr/bin/env -S python3 -u", "#!/usr/bin/mawk -f"],
)
def test_a_first_line_that_a_node_can_follow_is_not(check, line):
    assert check({"m": f"{line}\n"}, mapper="./m arg") == []


def test_a_python_of_one_s_own_is_not_on_the_nodes(check, tmp_path, monkeypatch):
    (tmp_path / "conda/bin").mkdir(parents=True)
    (tmp_path / "conda/bin/python3").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path))
    program = {"m": f"#!{tmp_path}/conda/bin/python3\nprint(1)\n"}
    (found,) = check(program, mapper="m")
    assert found["id"] == "interpreter-absent" and "travels in job_archives" in found["hint"]
    # Of an image that nobody knows, nothing is sure.
    assert "interpreter-absent" not in ids(check(program, None, mapper="m"))


def test_a_program_that_is_called_as_a_class_may_be_is_looked_at(check):
    (found,) = check({"mapper.R": "#!/usr/bin/env Rscript\n"}, mapper="mapper.R")
    assert found["id"] == "interpreter-absent" and "asks for Rscript, which Debian 12 lacks." in found["text"]


def test_a_program_of_the_machine_is_not_text(check):
    assert check({"m": b"\x7fELF\x02\x01\r\n\r\n"}, mapper="m") == []


def test_a_program_of_a_newer_system_is_told(check):
    program = b"\x7fELF\x02\x01\0/lib64/ld-linux-x86-64.so.2\0GLIBC_2.4\0GLIBC_2.%d\0GLIBC_PRIVATE\0"
    (found,) = check({"m": program % 38}, mapper="m")
    assert (found["id"], found["severity"]) == ("glibc-too-new", "error")
    assert found["text"] == "m asks for glibc 2.38, and Debian 12 has 2.36."
    assert check({"m": program % 36}, mapper="m") == [] and check({"m": program % 38}, None, mapper="m") == []
    # What is linked statically brings its own.
    assert check({"m": program.replace(b"/ld", b"/xy") % 38}, mapper="m") == []


def test_python_without_a_first_line_needs_python_before_it(check):
    (found,) = check({"m.py": "print(1)\n"}, mapper="m.py")
    assert found["id"] == "no-interpreter" and "run it by python3 m.py" in found["hint"]
    assert check({"m.py": "print(1)\n"}, mapper="python3 ./m.py") == []


@pytest.mark.parametrize(
    ("name", "line"),
    [("m.sh", "/bin/sh"), ("m.pl", "/usr/bin/perl"), ("m.awk", "/usr/bin/awk -f"), ("m", "env python3")],
)
def test_a_program_without_a_first_line_is_told_which_one_it_wants_by_its_ending(check, name, line):
    (found,) = check({name: "x\n"}, mapper=name)
    assert found["id"] == "no-interpreter" and line in found["hint"]


def test_side_files_are_looked_at_as_the_master_does(check):
    found = check({"m.py": "print(1)\n", "tool": b"#!/bin/sh\r\n", "data": b"a\r\n"})
    assert ids(found) == ["first-line-crlf"] and "tool" in found[0]["text"]


# Commands


SCRIPT = """#!/bin/bash
# jq is not called here
set -e
clean() { sed 's/x | jq//'; }
if command -v gawk > /dev/null; then gawk 1; fi
cat <<END
jq
END
cut -f 2 | clean | \\
    LC_ALL=C jq -r '.x
| .y' "$(date) | bc" | sort
"""


def test_a_command_that_a_script_calls_and_only_this_machine_may_have_is_told(check, tmp_path, monkeypatch):
    for name in ("jq", "bc", "gawk"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = check({"m.sh": SCRIPT}, mapper="m.sh")
    assert (found["id"], found["severity"]) == ("command-unsure", "warning")
    assert found["text"] == "m.sh, line 10: Debian 12 may lack jq." and "Name jq in hadoop_packages" in found["hint"]
    assert check({"m.sh": SCRIPT}, packages=["jq"], mapper="m.sh") == []
    assert check({"m.sh": SCRIPT, "jq": "#!/bin/sh\n"}, mapper="m.sh") == []
    # Of nodes that nobody knows nothing is guessed.
    assert "command-unsure" not in ids(check({"m.sh": SCRIPT}, None, mapper="m.sh"))
    (tmp_path / "jq").unlink()
    assert check({"m.sh": SCRIPT}, mapper="m.sh") == []


PERL = """#!/usr/bin/perl -w
use 5.010; use strict;
use v5.36;
use open qw(:std :utf8);
use List::Util qw(sum);
use Time::Local;
  require Text::CSV;
use DBI (":sql_types");
use Mine;
my $use = 1;
=pod
use Nothing;
=cut
__END__
use Nothing;
"""


def test_modules_that_a_perl_of_the_nodes_may_lack_are_told(check):
    found = check({"m.pl": PERL, "Mine.pm": "1;"}, mapper="m.pl")
    assert {(one["id"], one["severity"]) for one in found} == {("module-unsure", "warning")}
    assert [one["text"] for one in found] == [
        "m.pl, line 7: Debian 12 may lack Text::CSV.",
        "m.pl, line 8: Debian 12 may lack DBI.",
    ]
    assert check({"m.pl": PERL}, packages=["libtext-csv-perl"], mapper="perl -w m.pl") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("case $x in rev) ;; esac; (xxd)", {"xxd": 1}),
        ("for x in a b; do file $x; done\n[[ a ]] && xz -d", {"file": 1, "xz": 2}),
        ("n=$(bc <<< 1); A=1 B='2 3' time tac", {"bc": 1, "tac": 1}),
        ("$x; ./own; /bin/cat; function f { g; }; f", {"g": 1}),
        ("echo 'a\nb' c # d; e\nf \\\n g | h", {"echo": 1, "f": 3, "h": 4}),
    ],
)
def test_the_commands_of_a_script_are_found_with_their_lines(text, found):
    assert shell_words.commands(text) == found


@pytest.mark.parametrize(
    "command, kind, words, hint",
    [
        ("ruby m.rb", "command-absent", "job_mapper: Debian 12 lacks ruby.", "Name ruby in hadoop_packages"),
        ("Rscript m.rb", "command-absent", "Debian 12 lacks Rscript", "Name r-base in hadoop_packages"),
        ("python m.rb", "python-absent", "Debian 12 lacks python: it has python3 only.", "python-is-python3"),
        ("/usr/bin/python m.rb", "python-absent", "lacks /usr/bin/python:", "python3"),
        ("python3.8 m.rb", "command-absent", "lacks python3.8", "Ask for python3"),
        ("mapper.py -x", "file-not-shipped", "mapper.py does not travel", "Name mapper.py in job_files."),
        ("/srv/tools/map.py", "command-unsure", "may lack /srv/tools/map.py", "Ship it"),
        ("frobnicate", "command-unsure", "Debian 12 may lack frobnicate.", "Ship it"),
        ("python3 other.py", "file-not-shipped", "job_mapper: other.py does not travel with the job.", "Name other.py"),
        ("perl -w src/x.pl", "file-not-shipped", "src/x.pl does not travel", "without its folder: x.pl"),
        ("./go.sh", "file-not-shipped", "go.sh does not travel", "Name go.sh in job_files."),
        ("bin/go.sh -x", "file-not-shipped", "bin/go.sh does not travel", "Name go.sh in job_files, and"),
        ("awk -f count.awk", "file-not-shipped", "count.awk", "Name count.awk"),
        ("env -u X python3 -W ignore y.py", "file-not-shipped", "y.py", "Name y.py"),
        ("python3 -m json", "", "", ""),
        ("python3 -m nowhere", "module-missing", "job_mapper: nowhere is neither", "Ship its file"),
        ("python3 -c 'import nowhere'", "", "", ""),
        ("perl -ne print", "", "", ""),
        ("bash -o pipefail -e m.rb", "", "", ""),
    ],
)
def test_a_command_that_the_nodes_have_not_is_told(check, command, kind, words, hint):
    found = check({"m.rb": "x = 1\n", "tools": ""}, mapper=command)
    assert ids(found) == ([kind] if kind else [])
    if kind:
        assert words in found[0]["text"] and hint in found[0]["hint"]


def test_a_path_of_this_machine_is_a_warning(check, tmp_path):
    (tmp_path / "here.py").write_text("print(1)\n")
    (found,) = check({}, mapper=f"python3 {tmp_path}/here.py")
    assert (found["id"], found["severity"]) == ("path-of-this-machine", "warning")
    assert found["hint"] == "Name it in job_files, and here.py in the command."


OPENS = [
    "stop = set(open('{}').read().split())\n",
    "STOP = '{}'\ndef main():\n    with open(STOP) as stream:\n        pass\nmain()\n",
    "import gzip\nif __name__ == '__main__':\n    gzip.open('{}', 'rt')\n",
]
NAMES = [
    "import sys\nstop = open(sys.argv[1] if sys.argv[1:] else '{}')\n",
    "try:\n    open('{}')\nexcept OSError:\n    pass\n",
    "import os\nSTOP = '{}'\nSTOP = os.environ.get('STOP', STOP)\nopen(STOP)\n",
]


@pytest.mark.parametrize("text, severity", [*((one, "error") for one in OPENS), *((one, "warning") for one in NAMES)])
def test_a_file_of_this_machine_that_a_program_opens_by_its_whole_path_is_told(check, tmp_path, text, severity):
    (tmp_path / "stop.txt").write_text("the\n")
    text = text.format(tmp_path / "stop.txt")
    (found,) = check({"m.py": text})
    assert (found["id"], found["severity"]) == ("file-of-this-machine", severity)
    assert found["text"].startswith("m.py, line ") and str(tmp_path / "stop.txt") in found["text"]
    assert found["hint"] == "Name it in job_files, and open it by its bare name: stop.txt."
    # Of an image that nobody knows, nothing is sure.
    assert [one["severity"] for one in check({"m.py": text}, None) if one["id"] != "node-unknown"] == ["warning"]
    (found,) = check({"m.py": text, "stop.txt": ""})
    assert found["hint"] == "It travels with the job: open it as stop.txt."


def test_a_file_of_this_machine_among_the_arguments_is_a_warning(check, tmp_path):
    (tmp_path / "stop.txt").write_text("the\n")
    for argument in (f"{tmp_path}/stop.txt", f"--stop={tmp_path}/stop.txt"):
        (found,) = check({"m.py": "print(1)\n"}, mapper=f"python3 m.py -v {argument} /etc/hostname {tmp_path}/no")
        assert (found["id"], found["severity"]) == ("file-of-this-machine", "warning")
        assert found["text"].startswith(f"job_mapper: {tmp_path}/stop.txt is on this machine")
        assert found["hint"] == "Name it in job_files, and stop.txt in the command."


def test_a_file_below_the_user_s_home_is_told_wherever_the_job_is(check, tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / "conf").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    (found,) = check({"m.py": f"import sys\nsys.path.insert(0, '{home}/conf')\n"})
    assert found["severity"] == "warning" and "m.py, line 2: names" in found["text"] and "job_archives" in found["hint"]


@pytest.mark.parametrize(
    "text",
    [
        "open('/etc/hostname'); open('/dev/null'); open('/proc/self/stat'); open('/usr/share')\n",
        "open('{}/is-not-there.txt')\n",
        '"{}/m.py"\n',
        "print('/')\nprint('//')\nprint('/home')\n",
        "open('m.py')\n",
        "print('{}'.split('/'))\n",
    ],
)
def test_what_every_machine_has_or_none_is_not_told(check, tmp_path, text):
    assert check({"m.py": text.format(tmp_path)}) == []


def test_packages_bring_commands(check):
    files = {"m.rb": "x = 1\n", "m": "#!/usr/bin/env python\nimport numpy\n"}
    packages = ["ruby=1:3.1", "python-is-python3", "python3-numpy"]
    assert check(files, packages=packages, mapper="ruby m.rb", reducer="m") == []
    # Nobody knows what a package of one's own brings.
    assert ids(check(files, packages=["acme-tools"], mapper="ruby m.rb")) == ["command-unsure"]


def test_where_packages_cannot_be_named_none_is_proposed(check):
    (found,) = check({"m.py": "import numpy\n"}, IMAGES["amazon-2023"])
    assert found["id"] == "module-missing" and "hadoop_packages" not in found["hint"]


# Syntax


@pytest.mark.parametrize(
    "text, line",
    [
        ('import sys\nfor x in sys.stdin:\n    print "x"\n', 3),
        ("import sys\nfor x in sys.stdin: print x,\n", 2),
        ("try:\n    pass\nexcept ValueError, e:\n    pass\n", 3),
        ("raise ValueError, 'no'\n", 1),
        ("x = 1\nif x <> 2: pass\n", 2),
        ("import os\nos.umask(0022)\n", 2),
        ("n = 10L\n", 1),
        ("exec 'x = 1'\n", 1),
        ("k = sorted({}, key=lambda (a, b): b)\n", 1),
        ("import sys\nprint >>sys.stderr, 'reporter:status:x'\n", 2),
    ],
)
@pytest.mark.parametrize("node", [HERE_TOO, OLDER, NEWER, None])
def test_python_2_is_called_by_its_name_with_file_and_line(check, text, line, node):
    found = check({"m.py": text}, node)
    assert found[0]["id"] == "python2-code" and found[0]["severity"] == "error"
    assert found[0]["text"].startswith(f"m.py, line {line} is Python 2: ")


@pytest.mark.parametrize(
    "text, line",
    [
        ("if 1\n    pass\n", 1),
        ("x = 1\nx = (2\n", 2),
        ("return 1\n", 1),
        ("a = 1\nb = 'print x'; c = (\n", 2),
        ("if 1:\n\tx = 1\n        y = 1\n", 3),
        (b"x = '\xff'\n", 1),
    ],
)
def test_a_syntax_error_names_file_and_line(check, text, line):
    (found,) = check({"m.py": text})
    assert found["id"] == "syntax-error" and found["text"].startswith(f"m.py, line {line} is no valid Python: ")
    # Newer than this machine's Python, it may be right.
    (found,) = check({"m.py": text}, NEWER)
    assert (found["id"], found["severity"]) == ("syntax-unsure", "warning")
    assert f"this machine's Python 3.{HERE[1]}; the nodes have 3.{HERE[1] + 1}" in found["text"]
    # Of unknown nodes this machine's Python is the best guess.
    found = check({"m.py": text}, None)
    assert ids(found) == ["syntax-error", "node-unknown"] and "hadoop_node_python" in found[0]["hint"]


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nmatch sys.argv:\n    case []: pass\n",
        "try:\n    pass\nexcept* ValueError:\n    pass\n",
    ],
)
def test_syntax_newer_than_the_nodes_python_is_told_and_the_rest_is_checked(check, text):
    assert check({"m.py": text}) == []
    found = check({"m.py": "import nowhere\n" + text}, OLDER)
    assert ids(found) == ["syntax-too-new", "module-missing"]
    assert "is too new for the nodes' Python 3.9" in found[0]["text"]


@pytest.mark.skipif(HERE < (3, 12), reason="an older Python refuses these by itself")
@pytest.mark.parametrize("text", ['f"{d["a"]}"', "f\"{'\\n'.join(d)}\"", 'f"{d # all\n}"', "f\"{f'a\\n{d}'}\""])
def test_f_strings_of_python_3_12_are_told_to_older_nodes(check, text):
    assert ids(check({"m.py": f"d = {{}}\nx = {text}\n"}, DEBIAN)) == ["syntax-too-new"]


def test_f_strings_of_old_are_not(check):
    text = "a = b = c = 'x'\nd = {}\n"
    text += 'x = f"{d[\'a\']} \\n {a!r:>{b}}" f\'{c}\' \'\\n\'\ny = f"""{f"{a}"} # \\\n"""  # it\'s\n'
    ast.parse(text, feature_version=(3, 9))
    assert check({"m.py": text}, OLDER) == []


def test_line_ends_of_windows_are_a_note_in_python(check):
    for text in (b"import sys\r\nprint(1)\r\n", b"#!/usr/bin/python3\nprint(1)\r\n"):
        (found,) = check({"m.py": text})
        assert (found["id"], found["severity"]) == ("python-crlf", "note")
    # The worse of the two is told.
    assert ids(check({"m.py": b"#!/usr/bin/python3\r\nprint(1)\r\n"})) == ["first-line-crlf"]


def test_a_file_that_nobody_wrote_breaks_nothing(check):
    assert ids(check({"m.py": b"import sys\0\n"})) == ["syntax-error"]
    assert check({"m.py": "x = " + "(" * 80 + ")" * 80 + "\n"}) == []
    assert check({"m.py": b""}) == []


# Imports


@pytest.mark.parametrize(
    "text, kind, words, hint",
    [
        ("import numpy as np\n", "module-missing", "m.py, line 1: numpy is neither on", "Name python3-numpy in"),
        ("import sys, PIL.Image\n", "module-missing", "line 1: PIL", "Name python3-pil in hadoop_packages."),
        ("\nfrom sklearn.svm import SVC\n", "module-missing", "line 2: sklearn", "python3-sklearn"),
        ("import mylib\n", "module-missing", "mylib is neither on Debian 12 nor shipped.", "Ship its file"),
        ("import yaml, jinja2, requests, json\n", "", "", ""),
        ("import boto3\n", "module-unsure", "Debian 12 may lack boto3.", "python3-boto3"),
        ("import distutils\n", "module-unsure", "may lack distutils", "python3-distutils"),
        ("import tkinter\n", "module-missing", "tkinter", "python3-tk"),
        ("import urllib2\n", "module-python2", "urllib2 is a module of Python 2", "urllib.request"),
        (
            "from collections import Mapping\n",
            "name-missing",
            "Mapping of collections is gone since Python 3.10",
            "3.11",
        ),
        ("from itertools import batched\n", "name-missing", "batched of itertools is there since Python 3.12", "3.11"),
        ("from itertools import izip\n", "name-missing", "izip of itertools is Python 2", "3.11"),
        ("from urllib import quote, urlencode\n", "name-missing", "quote of urllib is Python 2", "3.11"),
        ("from urllib.parse import quote, urlencode\n", "", "", ""),
        ("from collections.abc import Mapping\n", "", "", ""),
        ("from . import helper\n", "relative-import", "works in a package only", "Write import helper."),
        ("from .helper import x\n", "relative-import", "from .helper import", "Write import helper."),
        ("def f():\n    import numpy\n", "module-optional", "line 2: numpy", "python3-numpy"),
        ("class A:\n    import numpy\n", "module-missing", "line 2: numpy", "python3-numpy"),
        ("if 1:\n    import numpy\n", "module-optional", "numpy", "python3-numpy"),
        ("if __name__ == '__main__':\n    import numpy\n", "module-missing", "numpy", "python3-numpy"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\n", "", "", ""),
        ("import sys\nif sys.version_info < (3,):\n    import urllib2\nelse:\n    import urllib.request\n", "", "", ""),
        ("with open('x') as f:\n    import numpy\n", "module-missing", "numpy", "python3-numpy"),
        ("from contextlib import suppress\nwith suppress(ImportError):\n    import numpy\n", "module-optional", "", ""),
        ("try:\n    import numpy\nexcept ImportError:\n    numpy = None\n", "module-optional", "line 2: numpy", ""),
        ("try:\n    import numpy\nexcept (KeyError, ImportError):\n    pass\n", "module-optional", "numpy", ""),
        ("try:\n    import numpy\nexcept ValueError:\n    pass\n", "module-missing", "numpy", ""),
        ("try:\n    import numpy\nfinally:\n    pass\n", "module-missing", "numpy", ""),
        ("try:\n    import ujson as json\nexcept ImportError:\n    import json\n", "", "", ""),
        ("try:\n    import cPickle as pickle\nexcept:\n    import pickle\n", "", "", ""),
        ("try:\n    import json\nexcept ImportError:\n    import simplejson as json\n", "", "", ""),
        ("for i in range(2):\n    import numpy\n", "module-optional", "numpy", ""),
        ("import sys\nmatch sys.argv:\n    case []:\n        import numpy\n", "module-optional", "line 4: numpy", ""),
    ],
)
def test_imports_are_looked_up_on_the_image(check, text, kind, words, hint):
    found = check({"m.py": text, "helper.py": "x = 1\n"}, DEBIAN)
    assert ids(found) == ([kind] if kind else [])
    if kind:
        assert words in found[0]["text"] and hint in found[0]["hint"]


def test_a_module_that_lies_beside_the_program_is_to_travel_with_it(check, tmp_path):
    (tmp_path / "helper.py").write_text("x = 1\n")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/__init__.py").touch()
    one, other = check({"m.py": "import helper\nfrom tools import x\n"})
    assert (one["id"], other["id"]) == ("module-missing", "module-missing")
    assert one["hint"].endswith("by job_files: [helper.py].") and other["hint"].endswith("job_archives: [tools.tgz].")
    (warning,) = check({"m.py": "import helper\n"}, packages=["acme-tools"])
    assert warning["id"] == "module-unsure" and "job_files: [helper.py]" in warning["hint"]
    assert check({"m.py": "import helper\n", "helper.py": ""}) == []


def test_both_ways_of_an_import_may_fail(check):
    found = check({"m.py": "try:\n    import ujson as json\nexcept ImportError:\n    import nowhere as json\n"})
    assert ids(found) == ["module-optional", "module-optional"]
    assert "line 2: ujson" in found[0]["text"] and "line 4: nowhere" in found[1]["text"]


@pytest.mark.parametrize(
    "image, module, kind",
    [
        ("debian-11", "distutils", "module-unsure"),
        ("debian-13", "distutils", "module-removed"),
        ("ubuntu-24.04", "imp", "module-removed"),
        ("ubuntu-22.04", "imp", ""),
        ("debian-12", "cgi", ""),
        ("debian-13", "cgi", "module-removed"),
        ("debian-13", "telnetlib", "module-removed"),
        ("amazon-2023", "pipes", ""),
        ("debian-11", "tomllib", "module-too-new"),
        ("debian-12", "tomllib", ""),
        ("amazon-2023", "parser", ""),
        ("ubuntu-22.04", "parser", "module-removed"),
    ],
)
def test_the_standard_library_is_that_of_the_nodes_python(check, image, module, kind):
    found = check({"m.py": f"import {module}\n"}, IMAGES[image])
    assert ids(found) == ([kind] if kind else [])
    if kind in ("module-removed", "module-too-new"):
        assert f"{IMAGES[image].name} has 3.{IMAGES[image].python[1]}" in found[0]["text"]


def test_a_copy_of_what_python_lost_comes_by_a_package(check):
    node = IMAGES["debian-13"]
    (found,) = check({"m.py": "import distutils\n"}, node)
    assert "python3-setuptools" in found["hint"]
    assert check({"m.py": "import distutils\n"}, node, ["python3-setuptools"]) == []


def test_packages_bring_modules_and_what_these_need(check):
    text = "import numpy, yaml, pandas, PIL.Image, sklearn.svm, scipy, zstandard, dateutil.parser\n"
    packages = ["python3-pandas", "python3-pil=9.4", "python3-sklearn", "python3-zstandard"]
    assert check({"m.py": text}, packages=packages) == []
    assert ids(check({"m.py": text}, packages=packages[1:3])) == ["module-missing", "module-missing", "module-unsure"]
    # What a package that is not known here brings besides, nobody knows.
    assert ids(check({"m.py": "import geo_tools, numpy\n"}, packages=["python3-geo-tools"])) == ["module-unsure"]


def test_shipped_modules_are_found_and_looked_into(check):
    files = {
        "m.py": "import helper, native, packed.core\n",
        "helper.py": "import deeper\n",
        "deeper.py": "import numpy\nimport helper\n",
        "native.cpython-311-x86_64-linux-gnu.so": b"\x7fELF",
        "unused.py": "import nowhere\nprint 'Python 2'\n",
    }
    found = check(files)
    assert [one["text"].partition(" is ")[0] for one in found] == ["m.py, line 1: packed", "deeper.py, line 1: numpy"]
    files["deeper.py"] = "print 'x'\n"
    assert ids(check(files)) == ["module-missing", "python2-code"]


def test_modules_in_a_zip_file_are_found(check, tmp_path):
    with zipfile.ZipFile(tmp_path / "made", "w") as archive:
        archive.writestr("packed/__init__.py", "")
        archive.writestr("single.py", "")
    files = {"m.py": "import sys\nsys.path.insert(0, 'libs.zip')\nimport packed.core, single, missing\n"}
    found = check({**files, "libs.zip": (tmp_path / "made").read_bytes()})
    assert [one["text"] for one in found] == ["m.py, line 3: missing is neither on Debian 12 nor shipped."]


def test_a_module_that_is_run_is_a_program(check):
    found = check({"tool.py": "import numpy\n"}, mapper="python3 -m tool")
    assert [one["text"].partition(" is ")[0] for one in found] == ["tool.py, line 1: numpy"]


@pytest.mark.parametrize("name, told", [("string.py", True), ("random.py", True), ("json.py", True), ("sys.py", False)])
def test_a_file_that_replaces_a_module_of_python_is_a_warning(check, name, told):
    found = check({"m.py": "print(1)\n", name: "x = 1\n"})
    assert ids(found) == (["module-shadowed"] if told else [])
    assert all(one["severity"] == "warning" and name in one["text"] for one in found)


def test_a_file_that_replaces_a_module_for_no_program_is_not_talked_about(check):
    assert check({"m.sh": "#!/bin/sh\ncat\n", "json.py": "x = 1\n"}, mapper="m.sh") == []


def test_a_module_in_an_archive_is_not_missed(check, tmp_path):
    with zipfile.ZipFile(tmp_path / "mods.zip", "w") as archive:
        archive.writestr("mypkg/__init__.py", "")
    files = {"m.py": "import sys\nsys.path.insert(0, 'mods')\nimport mypkg\nimport notthere\n"}
    (found,) = check(files, archives={"mods": str(tmp_path / "mods.zip")})
    assert found["id"] == "module-unsure" and "notthere" in found["text"]


def test_what_an_interpreter_of_ones_own_has_is_not_guessed(check, tmp_path):
    with tarfile.open(tmp_path / "env.tgz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("bin/python3"))
    archives = {"env": str(tmp_path / "env.tgz")}
    files = {"m.py": "import numpy\nprint(1)\n"}
    assert check(files, archives=archives, mapper="env/bin/python3 m.py") == []
    assert check(files, archives=archives, mapper="python3 env/m.py") == []
    assert ids(check(files, mapper="env/bin/python3 m.py")) == ["file-not-shipped"]
    assert ids(check(files, archives=archives, mapper="python3 m.py")) == ["module-unsure"]
    assert ids(check(files, mapper="/opt/env/bin/python3 m.py")) == ["command-unsure"]
    assert ids(check({"m.py": "print 1\n"}, mapper="/opt/old/bin/python2.7 m.py")) == ["command-unsure"]


# Nodes of which little is known


def test_of_unknown_nodes_is_said_once_what_is_left_to_the_master(check):
    files = {"m.py": "import numpy, json\nimport tomllib\n", "r.py": "#!/usr/bin/env python\nimport numpy, pandas\n"}
    (found,) = check(files, None, mapper="python3 m.py", reducer="r.py", combiner="ruby -e 1")
    assert (found["id"], found["severity"]) == ("node-unknown", "warning")
    assert found["text"].endswith(": their version of Python, numpy, pandas, python, ruby.")
    assert "hadoop_node_python" in found["hint"]


def test_of_unknown_nodes_what_can_run_nowhere_is_an_error(check):
    found = check({"m.py": "import urllib2, mylib\nfrom string import maketrans\n"}, None)
    assert ids(found) == ["module-python2", "name-missing", "node-unknown"]


def test_a_version_alone_makes_the_rest_a_warning(check):
    node = node_images.with_python(None, "3.9")
    found = check({"m.py": "import numpy, tomllib\n"}, node)
    assert ids(found) == ["module-unsure", "module-too-new"]
    assert "a node with Python 3.9 may lack numpy" in found[0]["text"]


def test_an_image_that_only_resembles_an_official_one_may_have_more(check):
    for node in (node_images.find_image("acme-debian-12-numpy-2024"), node_images.with_more(DEBIAN)):
        found = check({"m.py": "import numpy\n"}, node, mapper="python3 m.py", reducer="ruby -e 1")
        assert ids(found) == ["command-unsure", "module-unsure"]
    assert node_images.with_more(None) is None


# All of them


def test_a_finding_of_two_programs_is_told_once(check):
    found = check({"m.py": "import numpy\n"}, mapper="python3 m.py", reducer="python3 m.py -r", combiner="python3 m.py")
    assert ids(found) == ["module-missing"]


def test_a_program_of_very_many_branches_is_left_to_the_run_on_a_sample(check):
    branches = "".join(f"elif x == {number}:\n    pass\n" for number in range(900))
    assert check({"m.py": f"x = 1\nif x:\n    pass\n{branches}"}) == []


def test_a_damaged_zip_file_brings_no_modules(check):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("helper.py", "")
    data = packed.getvalue().replace(b"PK\x01\x02", b"PK\x00\x00")
    found = check({"m.py": "import helper\n", "lib.zip": data}, mapper="python3 m.py")
    assert ids(found) == ["module-missing"]
