# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which the AWS SDK finds credentials works through every module: requests are signed with just these."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import botocore.credentials
import botocore.session
import botocore.tokens
import pytest
import yaml
from ansible.module_utils.testing import patch_module_args

from tests.documented import documented
from tests.playbook import play
from tests.unit.test_module_defaults import ARGUMENTS

from ..module_utils._hadoop.stub_server import serve
from .conftest import LOADER, MODULES, SESSION

START = "https://example.awsapps.com/start"
LATER = "2100-01-01T00:00:00Z"
OF_A_ROLE, OF_SSO = "ASIAROLE", "ASIASSO"
# A form of sign-in that is older than the page's.
OLDER = f"""
[profile sso-of-old]
sso_start_url = {START}
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = launcher
[profile role-of-environment]
role_arn = arn:aws:iam::123456789012:role/launcher
credential_source = Environment
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/launcher
source_profile = plain
mfa_serial = arn:aws:iam::123456789012:mfa/me
[profile role-of-process]
role_arn = arn:aws:iam::123456789012:role/launcher
source_profile = process
[profile role-of-sso]
role_arn = arn:aws:iam::123456789012:role/launcher
source_profile = sso
"""
GIVEN = f"""\
<Credentials><AccessKeyId>{OF_A_ROLE}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>of-a-role</SessionToken>\
<Expiration>{LATER}</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/launcher/me</Arn>\
<AssumedRoleId>A:me</AssumedRoleId></AssumedRoleUser>"""
REFUSED = "<Code>AccessDenied</Code><Message>No.</Message>"


def answer(_method, path, body):
    """Answer as AWS's sign-in and STS do, and refuse everything else as each service does."""
    if path.startswith("/federation/credentials?"):
        keys = {"accessKeyId": OF_SSO, "secretAccessKey": "s", "sessionToken": "of-sso", "expiration": 4102444800000}
        return 200, {"roleCredentials": keys}
    if b"Action=AssumeRole" in body:
        name = "AssumeRoleWithWebIdentity" if b"WithWebIdentity" in body else "AssumeRole"
        return 200, f"<{name}Response><{name}Result>{GIVEN}</{name}Result></{name}Response>".encode()
    if b"Action=Describe" in body:
        return 403, f"<Response><Errors><Error>{REFUSED}</Error></Errors></Response>".encode()
    if b"Action=" in body:
        return 403, f"<ErrorResponse><Error>{REFUSED}</Error></ErrorResponse>".encode()
    return 403, f"<Error>{REFUSED}</Error>".encode()


@pytest.fixture(name="aws")
def fixture_aws(tmp_path, monkeypatch):
    """Have an AWS of a test's own, profiles of each kind, and somebody who is signed in."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    keys = {"Version": 1, "AccessKeyId": "ASIAPROCESS", "SecretAccessKey": "s", "SessionToken": "of-a-process"}
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    (tmp_path / "token").write_text("a token")
    (tmp_path / "config").write_text(documented("docs/credentials.md", "config") + OLDER)
    cache = tmp_path / ".aws/sso/cache"
    cache.mkdir(parents=True)
    signed_in = {"startUrl": START, "region": "us-east-1", "accessToken": "signed-in", "expiresAt": LATER}
    for name in (START, "work"):
        (cache / f"{hashlib.sha1(name.encode()).hexdigest()}.json").write_text(json.dumps(signed_in))
    # Where the SDK looked for its cache is kept from when it was imported.
    monkeypatch.setattr(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", str(cache))
    monkeypatch.setattr(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", str(cache))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.chdir(tmp_path)

    def session(profile_name=None, **more):
        base = botocore.session.Session(profile=profile_name)
        base.register_component("data_loader", LOADER)
        return SESSION(botocore_session=base, **more)

    monkeypatch.setattr(boto3.session, "Session", session)
    with serve(answer) as stub:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{stub.port}")
        yield stub


def signed(stub):
    """Return the access key and the session token of each request that was signed, in order, each pair once."""
    pairs = []
    for headers in stub.headers:
        found = re.search(r"Credential=([^/]+)/", headers.get("Authorization", ""))
        if found:
            pairs.append((found[1], headers.get("X-Amz-Security-Token")))
    return list(dict.fromkeys(pairs))


def call(name, **params):
    """Call a module, which must fail as all is refused; return its result."""
    out = io.StringIO()
    args = {**ARGUMENTS[name], "_ansible_check_mode": True, **params}
    with patch_module_args(args), contextlib.redirect_stdout(out), pytest.raises(SystemExit):
        importlib.import_module(f"{MODULES}.{name}").main()
    return json.loads(out.getvalue().strip().splitlines()[-1])


PLAIN, ROLE = ("AKIAPLAIN", None), (OF_A_ROLE, "of-a-role")
SSO = (OF_SSO, "of-sso")
IN_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"}
WEB = {"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/launcher", "AWS_WEB_IDENTITY_TOKEN_FILE": "token"}


@pytest.mark.parametrize(
    ("environment", "params", "expected"),
    [
        ({}, {"access_key": "AKIAOPTION", "secret_key": "not-shown"}, [("AKIAOPTION", None)]),
        (
            {},
            {"aws_access_key": "AKIAOPTION", "aws_secret_key": "not-shown", "aws_session_token": "token"},
            [("AKIAOPTION", "token")],
        ),
        (
            {"AWS_PROFILE": "plain"},
            {"aws_access_key_id": "AKIAOPTION", "aws_secret_access_key": "not-shown"},
            [("AKIAOPTION", None)],
        ),
        (IN_ENVIRONMENT, {}, [("AKIAENV", None)]),
        ({**IN_ENVIRONMENT, "AWS_SESSION_TOKEN": "t"}, {}, [("AKIAENV", "t")]),
        ({"AWS_PROFILE": "plain"}, {}, [PLAIN]),
        (IN_ENVIRONMENT, {"profile": "plain"}, [PLAIN]),
        ({}, {"aws_profile": "role"}, [PLAIN, ROLE]),
        (IN_ENVIRONMENT, {"profile": "role-of-environment"}, [("AKIAENV", None), ROLE]),
        ({"AWS_PROFILE": "role"}, {}, [PLAIN, ROLE]),
        (WEB, {}, [ROLE]),
        ({}, {"profile": "process"}, [("ASIAPROCESS", "of-a-process")]),
        ({}, {"profile": "sso"}, [SSO]),
        ({"AWS_PROFILE": "sso"}, {}, [SSO]),
        ({}, {"profile": "sso-of-old"}, [SSO]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_credentials_are_found_where_they_are_said(aws, monkeypatch, environment, params, expected):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = call("ec2_cluster_info", **params)
    assert result["failed"] and "AccessDenied" in result["msg"], result
    assert signed(aws) == expected


@pytest.mark.parametrize(
    ("environment", "params", "expected"),
    [
        ({}, {}, "eu-central-1"),
        ({"AWS_DEFAULT_REGION": "us-east-2"}, {}, "us-east-2"),
        ({"AWS_DEFAULT_REGION": "us-east-2", "AWS_REGION": "us-west-2"}, {}, "us-west-2"),
        ({"AWS_REGION": "us-west-2"}, {"ec2_region": "us-west-1"}, "us-west-1"),
    ],
)
def test_the_region_is_the_one_that_is_said_nearest(aws, monkeypatch, environment, params, expected):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    call("ec2_cluster_info", profile="plain", **params)
    assert all(f"/{expected}/ec2/" in headers["Authorization"] for headers in aws.headers) and aws.headers


@pytest.mark.parametrize("profile", ["role", "sso"])
@pytest.mark.parametrize("module", ARGUMENTS)
def test_every_module_takes_a_role_and_who_is_signed_in(aws, module, profile):
    result = call(module, profile=profile)
    # What answers a HEAD has no words.
    assert result["failed"] and re.search("AccessDenied|403", result["msg"]), result
    assert signed(aws) == {"role": [PLAIN, ROLE], "sso": [SSO]}[profile]


def test_who_is_not_signed_in_any_more_is_told_to_sign_in(aws, tmp_path):
    for path in (tmp_path / ".aws/sso/cache").iterdir():
        path.write_text(path.read_text().replace(LATER, "2020-01-01T00:00:00Z"))
    result = call("ec2_cluster_info", profile="sso")
    assert result["failed"] and "sign in again" in result["hint"], result
    assert not aws.seen


@pytest.mark.parametrize("profile", ["sso", "sso-of-old", "role-of-sso"])
def test_who_never_signed_in_is_told_the_very_command(aws, tmp_path, profile):
    for path in (tmp_path / ".aws/sso/cache").iterdir():
        path.unlink()
    result = call("ec2_cluster_info", profile=profile)
    own = "sso" if profile == "role-of-sso" else profile
    assert result["failed"] and result["hint"] == f"Sign in first: aws sso login --profile {own}", result
    assert not aws.seen


SECRET = "a-secret-of-mine"
WHOLE = {"Version": 1, "AccessKeyId": SECRET, "SecretAccessKey": SECRET}


def a_process(folder, line):
    """Let the profile's program be another one."""
    path = folder / "config"
    old = "credential_process = cat keys.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, f"credential_process = {line}"))


@pytest.mark.parametrize("profile", ["process", "role-of-process"])
@pytest.mark.parametrize(
    ("printed", "why"),
    [
        (f"Password: {SECRET}", "printed no credentials"),
        ("", "printed no credentials"),
        (f'["{SECRET}"]', "printed no credentials"),
        ("null", "printed no credentials"),
        (b"\xff\xfe", "printed no credentials"),
        ({**WHOLE, "AccessKeyId": 5}, "printed no credentials"),
        ({**WHOLE, "SecretAccessKey": None}, "printed no credentials"),
        ({**WHOLE, "Expiration": SECRET}, "printed no credentials"),
        ({**WHOLE, "Expiration": 5}, "printed no credentials"),
        ({**WHOLE, "Expiration": "2020-01-01T00:00:00Z"}, "printed credentials that have expired"),
        ({"Version": 1, "AccessKeyId": SECRET}, "printed no SecretAccessKey"),
        ({**WHOLE, "Version": SECRET}, "printed another version"),
    ],
    ids=lambda value: str(value)[:40] if not isinstance(value, bytes) else "bytes",
)
def test_rubbish_that_a_program_prints_is_told_without_it(aws, tmp_path, profile, printed, why):
    printed = json.dumps(printed) if isinstance(printed, dict) else printed
    (tmp_path / "keys.json").write_bytes(printed if isinstance(printed, bytes) else printed.encode())
    result = call("ec2_cluster_info", profile=profile)
    assert result["failed"] and f"The credential_process of profile process {why}." in result["msg"], result
    assert "by itself" in result["hint"] and SECRET not in json.dumps(result), result
    assert not aws.seen


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"sh -c 'echo {SECRET} >&2; exit 3'", "ended with an error."),
        ("/nosuch/program", "cannot be run: /nosuch/program: No such file or directory."),
        ("sh -c 'echo", "printed no credentials."),
    ],
)
def test_a_program_that_fails_is_told_as_that(aws, tmp_path, line, why):
    a_process(tmp_path, line)
    result = call("ec2_cluster_info", profile="process")
    assert result["failed"] and f"The credential_process of profile process {why}" in result["msg"], result
    assert SECRET not in json.dumps(result) and not aws.seen


@pytest.mark.parametrize("profile", ["process", "role-of-process"])
def test_a_program_that_does_not_end_is_ended(aws, tmp_path, monkeypatch, profile):
    a_process(tmp_path, "sh -c 'echo $$ > pid; exec sleep 300'")
    module = importlib.import_module("ansible_collections.ohmy.hadoop.plugins.module_utils._aws.credentials")
    monkeypatch.setattr(module, "PROCESS_SECONDS", 1.0)
    result = call("ec2_cluster_info", profile=profile)
    assert result["failed"] and "of profile process did not end within 1 s." in result["msg"], result
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert not aws.seen


def test_a_token_of_a_role_that_is_not_there_is_named(aws, monkeypatch):
    for name, value in {**WEB, "AWS_WEB_IDENTITY_TOKEN_FILE": "/nosuch/token"}.items():
        monkeypatch.setenv(name, value)
    result = call("ec2_cluster_info")
    assert result["failed"] and "/nosuch/token: No such file or directory" in result["msg"], result
    assert "Traceback" not in json.dumps(result) and "cluster_profile" in result["hint"], result


def test_a_code_that_nobody_can_type_is_told_as_that(aws, tmp_path):
    task = {"ohmy.hadoop.ec2_cluster_info": {"name": "demo", "profile": "mfa", "region": "eu-central-1"}}
    python = {"ansible_python_interpreter": sys.executable}
    book = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": python, "tasks": [task]}
    given = {name: os.environ[name] for name in os.environ if name.startswith("AWS_")}
    code, told = play(tmp_path, [book], **given)
    assert code == 2 and "asks for a code (mfa_serial)" in told and not aws.seen, told


@pytest.mark.parametrize("profile", ["role", "sso"])
def test_the_inventory_takes_a_role_and_who_is_signed_in(aws, tmp_path, profile):
    (tmp_path / "key").write_text("")
    path = tmp_path / "my.ohmy_hadoop.yml"
    wanted = {"plugin": "ohmy.hadoop.ec2_cluster", "profile": profile, "private_key": str(tmp_path / "key")}
    path.write_text(yaml.safe_dump(wanted))
    command = [Path(sys.executable).parent / "ansible-inventory", "--inventory", path, "--list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "AccessDenied" in done.stderr, done.stderr
    assert signed(aws) == {"role": [PLAIN, ROLE], "sso": [SSO]}[profile]
