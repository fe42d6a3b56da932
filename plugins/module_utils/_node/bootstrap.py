# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The user data of an instance: fetch the node bundle with the instance's own role, check it, boot with it."""

from __future__ import annotations

import json
import typing as t

from .._core.errors import OhmyError

# EC2 takes 16 KB; what is larger than this has grown into something that belongs into the bundle.
MOST_BYTES = 4096
# Where each node keeps the bundle.
BUNDLE = "/opt/ohmy/node.pyz"

_SCRIPT = """\
#!/bin/sh
# ohmy.hadoop: fetch the node bundle with this instance's own role, check it, run it. Holds no secret.
exec python3 - <<'END'
import datetime, hashlib, hmac, json, os, sys, time
import urllib.error, urllib.parse, urllib.request
C = json.loads('''@SETTINGS@''')
IMDS = "http://169.254.169.254/latest/"
web = urllib.request.build_opener(urllib.request.ProxyHandler({}))
def ask(url, method="GET", **headers):
    names = {k.replace("_", "-"): v for k, v in headers.items()}
    with web.open(urllib.request.Request(url, method=method, headers=names), timeout=20) as answer:
        return answer.read()
def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256)
def fetch():
    token = ask(IMDS + "api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="300").decode()
    at = IMDS + "meta-data/iam/security-credentials/"
    role = ask(at, X_aws_ec2_metadata_token=token).decode().split()[0]
    keys = json.loads(ask(at + role, X_aws_ec2_metadata_token=token))
    url = urllib.parse.urlsplit(C["endpoint"])
    host, path = url.netloc, "/" + urllib.parse.quote(C["key"])
    if C["path_style"]:
        path = "/" + C["bucket"] + path
    else:
        host = C["bucket"] + "." + host
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    empty = hashlib.sha256(b"").hexdigest()
    head = {"host": host, "x-amz-content-sha256": empty, "x-amz-date": now, "x-amz-security-token": keys["Token"]}
    names = ";".join(head)
    text = "\\n".join(["GET", path, ""] + [k + ":" + v for k, v in head.items()] + ["", names, empty])
    scope = "/".join([now[:8], C["region"], "s3", "aws4_request"])
    text = "\\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(text.encode()).hexdigest()])
    key = ("AWS4" + keys["SecretAccessKey"]).encode()
    for part in scope.split("/"):
        key = mac(key, part).digest()
    head["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        keys["AccessKeyId"], scope, names, mac(key, text).hexdigest())
    return ask(url.scheme + "://" + host + path, **head)
for attempt in range(60):
    try:
        body = fetch()
        if hashlib.sha256(body).hexdigest() != C["sha256"]:
            raise ValueError("the bundle's sha256 is wrong")
        break
    except (OSError, ValueError, KeyError, IndexError) as exc:
        print("ohmy: %s, trying again" % exc, file=sys.stderr, flush=True)
        time.sleep(min(1 + attempt, 10))
else:
    sys.exit("ohmy: the node bundle could not be fetched")
os.makedirs("/opt/ohmy", exist_ok=True)
with open("@BUNDLE@.new", "wb") as stream:
    stream.write(body)
os.replace("@BUNDLE@.new", "@BUNDLE@")
argv = ["python3", "@BUNDLE@", "boot"]
for name in ("bucket", "prefix", "role", "endpoint", "region"):
    argv += ["--" + name, C[name]]
os.execvp("python3", argv + (["--path-style"] if C["path_style"] else []))
END
""".replace("@BUNDLE@", BUNDLE)


def user_data(
    bucket: str, key: str, sha256: str, endpoint: str, region: str, path_style: bool, role: str, prefix: str
) -> str:
    """Return the script of an instance's first boot, at most 4096 bytes; the same arguments give the same bytes."""
    settings: dict[str, t.Any] = {
        "bucket": bucket,
        "endpoint": endpoint,
        "key": key,
        "path_style": path_style,
        "prefix": prefix,
        "region": region,
        "role": role,
        "sha256": sha256,
    }
    text = json.dumps(settings, sort_keys=True)
    if "'" in text or "\\" in text:
        raise OhmyError(
            "Bucket, endpoint or prefix hold a character that cannot be in one.",
            "Write them without quotes and backslashes.",
        )
    script = _SCRIPT.replace("@SETTINGS@", text)
    if len(script.encode()) > MOST_BYTES:
        raise OhmyError(
            f"The user data has {len(script.encode())} bytes, {MOST_BYTES} are allowed.",
            "Shorten the bucket's name, endpoint or prefix.",
        )
    return script
