# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What attackers run: a mapper that tries what it must not, and a scan of a machine's doors."""

from __future__ import annotations

# Reads one line of JSON with what it cannot know; prints NAME<tab>RESULT: allowed, refused, or what was seen.
MAPPER = r"""#!/usr/bin/env python3
import glob, json, os, signal, subprocess, sys, urllib.error, urllib.request

sys.path.insert(0, "/opt/ohmy/node.pyz")
from ohmy._node import imds
from ohmy._node.s3 import S3

text = sys.stdin.read()
if not text.strip():  # a task without input
    sys.exit()
told = json.loads(text)
document = json.load(open("/etc/ohmy/document.json"))
own = document["s3"]["prefix"]


def attempt(name, step):
    try:
        seen = step()
        result = seen if isinstance(seen, str) else "allowed"
    except PermissionError:
        result = "refused"
    except urllib.error.HTTPError as error:
        result = "refused" if error.code in (401, 403) else f"HTTP {error.code}"
    except Exception as error:
        status = getattr(error, "status", 0)
        result = "refused" if status == 403 else f"{type(error).__name__} {error}"
    print(f"{name}\t{result}".replace("\n", " "))


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    return "allowed" if done.returncode == 0 else "refused"


def daemon(word):
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        if word in open(path).read():
            return int(path.split("/")[2])
    raise LookupError(word)


def fetch(url, method="GET"):
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as answer:
        answer.read()


def write(path):
    with open(path, "ab"):
        pass


attempt("user", lambda: subprocess.run(["id", "-un"], capture_output=True, text=True).stdout.strip())
attempt("list data", lambda: os.listdir("/var/lib/hadoop/data"))
attempt("remove data", lambda: os.rmdir("/var/lib/hadoop/data"))
attempt("sudo", lambda: run("sudo", "-n", "true"))
for user in ("hdfs", "mapred", "root"):
    attempt(f"become {user}", lambda: run("su", user, "-s", "/bin/sh", "-c", "true"))
attempt("become 0", lambda: os.setuid(0))
attempt("host key of sshd", lambda: open("/etc/ssh/ssh_host_ed25519_key").read() and None)
attempt("shadow", lambda: open("/etc/shadow").read() and None)
for path in ("/opt/ohmy/node.pyz", "/etc/ohmy/document.json", "/etc/hadoop/core-site.xml", "/etc/systemd/system/evil.service"):
    attempt(f"write {path}", lambda: write(path))
attempt("signal DataNode", lambda: os.kill(daemon("hdfs.server.datanode.DataNode"), 0))
attempt("environment of DataNode", lambda: open(f"/proc/{daemon('hdfs.server.datanode.DataNode')}/environ").read() and None)
attempt("signal NodeManager", lambda: os.kill(daemon("server.nodemanager.NodeManager"), 0))
attempt("IMDSv1", lambda: fetch("http://169.254.169.254/latest/meta-data/"))
attempt("keys of the role", lambda: imds.Imds(limit=10).keys() and None)
mine, theirs = S3.from_document(document), S3.from_document(document, told["bucket"])
attempt("read own document", lambda: mine.get(own + "documents/worker.json") and None)
attempt("read another cluster's document", lambda: mine.get(told["other"]) and None)
attempt("read another bucket", lambda: theirs.get("secret") and None)
for key in (told["other"], "archives/evil", "input/evil", own + "documents/worker.json", own + "bundle/evil.pyz", "evil"):
    named = key.replace(own, "")
    attempt(f"write {'another cluster' if key == told['other'] else named}", lambda: mine.put(key, b"evil"))
attempt("write another bucket", lambda: theirs.put("evil", b"evil"))
attempt("delete own document", lambda: mine.delete(own + "documents/worker.json"))
myself = imds.Imds().get("meta-data/instance-id")
keys = [one["key"] for one in mine.list(own + "nodes/") if "/hostkey/" in one["key"] and f"/{myself}/" not in one["key"]]
attempt("delete a host key", lambda: mine.delete(keys[0]))
forged = keys[0][:-3] + ("AAA" if not keys[0].endswith("AAA") else "BBB")
attempt("write a host key", lambda: mine.put(forged, b""))
web = f"http://{document['master']}:9870/webhdfs/v1"
attempt("act as hdfs in HDFS", lambda: fetch(f"{web}/var?op=MKDIRS&user.name=hdfs", "PUT"))
"""

# Prints the open ports of each address as JSON. Given: addresses, then ports (none: all).
SCAN = r"""
import json, socket, sys, threading

addresses = [word for word in sys.argv[1:] if "." in word]
ports = [int(word) for word in sys.argv[1:] if "." not in word] or range(1, 65536)
found = {address: [] for address in addresses}
THREADS = 16


def knock(first):
    for address in addresses:
        for port in ports[first::THREADS]:
            with socket.socket() as door:
                door.settimeout(3)
                if door.connect_ex((address, port)) == 0:
                    found[address].append(port)


threads = [threading.Thread(target=knock, args=(first,)) for first in range(THREADS)]
for one in threads:
    one.start()
for one in threads:
    one.join()
print(json.dumps({address: sorted(open_ones) for address, open_ones in found.items()}))
"""
