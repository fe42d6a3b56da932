# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of docs/s3_upload.md, run as a reader would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.documented import documented

PAGE = "docs/s3_upload.md"
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "eu-central-1"}


@pytest.fixture
def endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    server.stop()


def test_the_documented_playbook_brings_what_it_says_once(tmp_path, endpoint):
    for name in ("books/a b.txt", "books/deep/c.txt", "books/.git/config", "logs/x/2026-01.log", "logs/x/2025-01.log"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "upload.yml").write_text(documented(PAGE, "upload.yml"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ANSIBLE_"))}
    env = {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    commands = ["sh", "-e", "-c", documented(PAGE, "commands")]
    done = subprocess.run(
        commands,
        cwd=tmp_path,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    told = [line.split('"')[3] for line in done.stdout.splitlines() if '"msg":' in line]
    assert told == ["3 brought, 0 were there"] * 2 + ["0 brought, 3 were there"], done.stdout
    recaps = [line.split("changed=")[1].split()[0] for line in done.stdout.splitlines() if "changed=" in line]
    assert recaps == ["1", "1", "0"], done.stdout
    client = boto3.client("s3", endpoint_url=endpoint, **KEYS)
    found = [one["Key"] for one in client.list_objects_v2(Bucket="example-books", Prefix="input/")["Contents"]]
    assert found == ["input/books/a b.txt", "input/books/deep/c.txt", "input/logs/x/2026-01.log"]
