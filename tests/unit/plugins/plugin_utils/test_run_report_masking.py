# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report hides in texts, and what it must not hide."""

from __future__ import annotations

import html
import json
import random
import time
from urllib import parse

import pytest

from ansible_collections.ohmy.hadoop.plugins.plugin_utils.run_report import credentials, masking, page
from tests import sample_run

SHA = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
LINE = "MIIEpAIBAAKCAQEAwJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYabcdefgh01"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://ada:x@example.com/a", "https://(hidden)@example.com/a"),
        ("token=abc&page=2", "token=(hidden)&page=2"),
        ('{"aws_secret_access_key": "a b"}', '{"aws_secret_access_key": (hidden)}'),
        ("mapper.py --api-key k --level 2", "mapper.py --api-key (hidden) --level 2"),
        ("ASIAABCDEFGHIJKLMNOP", "(hidden)"),
        ("a\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nb", "a\n(hidden)\nb"),
        ("mapper.py --api-key=k9 --level=2", "mapper.py --api-key=(hidden) --level=2"),
        ("mapper.py --secret-key 'a b' -v", "mapper.py --secret-key (hidden) -v"),
        ("X-Api-Key: k9", "X-Api-Key: (hidden)"),
        ("Authorization: Bearer ey.J.x", "Authorization: Bearer (hidden)"),
        (r"{\"password\": \"a b\", \"n\": 1}", r"{\"password\": (hidden), \"n\": 1}"),
        ("https://b/k?X-Amz-Signature=dead&a=1", "https://b/k?X-Amz-Signature=(hidden)&a=1"),
        ("DB_PASS=abc pwd=x compass=north", "DB_PASS=(hidden) pwd=(hidden) compass=north"),
        # Within URLs.
        ("redis://:hunter2@cache:6379/0", "redis://(hidden)@cache:6379/0"),
        ("https://0123abcd@host/a", "https://(hidden)@host/a"),
        ("pg://u:pa@ss@host/db and more@x", "pg://(hidden)@host/db and more@x"),
        ("pg://u:pa#s?s@host/db", "pg://(hidden)@host/db"),
        ("pg://u:pa/ss@host/db", "pg://(hidden)@host/db"),
        ('["amqp://u:p\'a@ss@host", "a@b"]', '["amqp://(hidden)@host", "a@b"]'),
        # Options of programs.
        ("mapper.py --pass abc -v", "mapper.py --pass (hidden) -v"),
        ("mapper.py --pass=abc -v", "mapper.py --pass=(hidden) -v"),
        ("mapper.py --password abc -v", "mapper.py --password (hidden) -v"),
        ("mapper.py --db-pass 'a b' -v", "mapper.py --db-pass (hidden) -v"),
        ("mapper.py --passwd abc", "mapper.py --passwd (hidden)"),
        ("mapper.py -pass abc --pwd x", "mapper.py -pass (hidden) --pwd (hidden)"),
        ("mapper.py --key s3cr3t", "mapper.py --key (hidden)"),
        ("curl -H 'Authorization: Token abc'", "curl -H 'Authorization: Token (hidden)"),
        ("got Bearer abcdef0123456789xyz.", "got Bearer (hidden)"),
        # Names as an environment has them.
        ("PGPASSWORD=abc PGPASS='a b' x", "PGPASSWORD=(hidden) PGPASS=(hidden) x"),
        ("export MYSQL_PWD=abc", "export MYSQL_PWD=(hidden)"),
        ("DBPASSWD=abc GH_TOKEN=abc", "DBPASSWD=(hidden) GH_TOKEN=(hidden)"),
        ("APP_SECRET=a;APP_KEY=b", "APP_SECRET=(hidden);APP_KEY=(hidden)"),
        ("environ({'DB_PASS': 'a b', 'HOME': '/root'})", "environ({'DB_PASS': (hidden), 'HOME': '/root'})"),
        ('{"pass": "abc", "pwd": "x"}', '{"pass": (hidden), "pwd": (hidden)}'),
        ("GITHUB_PAT=abc", "GITHUB_PAT=(hidden)"),
        # Values with signs that end others.
        ("password=a,b;c&d x", "password=(hidden) x"),
        ("password=a,user=b", "password=(hidden),user=b"),
        (r'{"password": "a\"b", "n": 1}', '{"password": (hidden), "n": 1}'),
        ("PGPASSWORD='it''s' x", "PGPASSWORD=(hidden) x"),
        ("curl -u ada:hunter2 --proxy-user 'a:b' x", "curl -u ada:(hidden) --proxy-user 'a:(hidden)' x"),
        ("curl -u ada:pa:ss x", "curl -u ada:(hidden) x"),
        (
            "<name>fs.s3a.secret.key</name>\n<value>a b</value>",
            "<name>fs.s3a.secret.key</name>\n<value>(hidden)</value>",
        ),
        # Tokens that are known by their form.
        (f"a ghp_{'a1B2' * 9} b", "a (hidden) b"),
        (f"a gho_{'a1B2' * 9} b", "a (hidden) b"),
        (f"a github_pat_{'a1B2_' * 9} b", "a (hidden) b"),
        ("a glpat-a1B2c3D4e5F6g7H8i9J0 b", "a (hidden) b"),
        ("a xoxb-1234567890-abcdefghij b xoxp-1-abcdefghij", "a (hidden) b (hidden)"),
        ("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K b", "a (hidden) b"),
        (f"AKIAABCDEFGHIJKLMNOP,{SHA}\n", "(hidden),(hidden)\n"),
        (f"('{SHA}', 'ASIAABCDEFGHIJKLMNOP')", "('(hidden)', '(hidden)')"),
        # Keys of which a log has but a part.
        (f"{LINE[9:]}\n{LINE}\nabc=\n-----END RSA PRIVATE KEY-----\nb", "(hidden)\nb"),
        (f"it said\n{LINE}\n{LINE}\na==\n-----END PRIVATE KEY-----", "it said\n(hidden)"),
        (rf"key: {LINE}\n{LINE}\nab=\n-----END EC PRIVATE KEY-----\n", r"key: (hidden)\n"),
        (f"a\n-----BEGIN PRIVATE KEY-----\n{LINE}\n{LINE[:20]}", "a\n(hidden)"),
    ],
)
def test_texts_lose_what_looks_like_a_credential(text, clean):
    assert credentials.clean(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'monkey' in s3://bucket/key=1",
        "s3://bucket/key=1/part-00000 and hdfs://master:8020/user/a@b/c",
        "abfss://data@account.dfs.core.windows.net/a ssh://git@example.com/a git+ssh://git@example.com/a",
        "http://example.com/a@b http://example.com:80/a@b https://example.com, a@b.c",
        "key=value keys=1 key: 1 row_key=7 passes=3 pass: 2 first pass=",
        "sort -k1,1 -t$'\\t' --key 1,1 --key=2n,2 --key-fields 2 --sort-key user --partition-key day",
        "mapper.py --monkey banana --compass north --bypass x --passes 3 --tokenizer words",
        "-D mapreduce.map.output.key.field.separator=, -D mapreduce.partition.keypartitioner.options=-k1,1",
        "-D mapreduce.job.output.key.class=org.apache.hadoop.io.Text -D stream.num.map.output.key.fields=2",
        "COMPASS=north BYPASS=1 PWD=/home/ada OLDPWD=/ SORT_KEY=name PARTITION_KEY=day MONKEY=1 SSH_AUTH_SOCK=/a",
        "HADOOP_TOKEN_FILE_LOCATION=/a/b 'password_file': '/c/d' AM_CONTAINER_TOKENS=/e <name>a.b</name><value>c</value>",
        "podman run -u 1000:1000 --user=0:0",
        "org.apache.hadoop.security.authorize.AuthorizationException: User: root is not allowed to impersonate",
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials; InvalidTokenError: it is old",
        "InvalidToken: Token has expired; ExpiredToken: The token; InvalidAccessKeyId: The key",
        "global-configuration-server glue-catalog-database-name glove-twitter-27B-100d token_count: 5",
        "tokens=512 max_tokens: 9 tokenize=yes secretary: Ada  secretly=",
        "The passage: a secret garden; a token of love; the keys of the house; her password",
        "/usr/lib/python3/dist-packages/a.py line 4: monkey, turkey, donkey",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709 " + "d" * 64,
        "application_1700000000000_0001 attempt_1700000000000_0001_m_000000_0 books-1a2b3c4d",
        "eyJ is no token, and task-0123456789012345678901 neither",
        "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
        "MAP_INPUT_RECORDS=5 FILE_BYTES_READ=1 Bearer of news Basic rules",
    ],
)
def test_ordinary_text_stays(text):
    assert credentials.clean(text) == text


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("mapreduce.map.output.key.field.separator", False),
        ("mapreduce.job.output.key.class", False),
        ("mapreduce.text.key.partitioner.options", False),
        ("mapreduce.job.output.key.comparator.class", False),
        ("mapreduce.input.keyvaluelinerecordreader.key.value.separator", False),
        ("app.sort.key", False),
        ("monkey", False),
        ("app.key", True),
        ("app.private.key.value", True),
        ("fs.s3a.access.key", True),
        ("APP_KEY", True),
        ("DB_PASS", True),
        ("db.password", True),
        ("x.token", True),
    ],
)
def test_a_name_tells_whether_its_value_is_hidden(name, hidden):
    assert masking.masked({name: "value"}) == {name: "(hidden)" if hidden else "value"}


def report(settings, said):
    """Return the report of a run that failed, whose program said something."""
    run = sample_run.failed()
    run["settings"].update(settings)
    run["jobs"][0]["error"].update(stderr=said, evidence={"line": {"text": said}, "program": "mapper"})
    run["jobs"][0]["counters"] = {f"words.{said}": 1, "MAP_INPUT_RECORDS": 2}
    run["jobs"][0]["tries"] = [{"summary": said, "application_id": None}]
    run["findings"][0]["text"] = said
    run["failure"]["message"] = said
    return sample_run.report(run)


@pytest.mark.parametrize(
    "value",
    [
        "s3cr3t",
        "swordfish",
        'a"b\\c d e',
        "https://hooks.example.com/T0/B0/x",
        "Grüße & more",
        "/x1:y2@z3=",
        "a%2Fb+c=",
        "/7MDENGbPxRfiCYEXAMPLEKEYwJalrXUtnFEMIKa",
        "~x9K!pqr",
    ],
)
@pytest.mark.parametrize("among", ["job_cmdenv", "job_steps", "hadoop_core_site"])
def test_a_hidden_value_is_hidden_wherever_a_program_says_it(value, among):
    settings = {
        "job_cmdenv": {"job_cmdenv": {"PLACE": value}},
        "job_steps": {"job_steps": [{"name": "books", "cmdenv": {"PLACE": value}}]},
        "hadoop_core_site": {"hadoop_core_site": {"fs.s3a.secret.key": value}},
    }[among]
    forms = [value, json.dumps(value), parse.quote(value, safe=""), json.dumps(f"a\n{value}\n")]
    found = report(settings, " ".join(forms))
    for text in (json.dumps(found), json.dumps(found, ensure_ascii=False), page.render(found)):
        assert [one for one in (*forms, html.escape(value)) if one in text] == []
    assert found["failure"]["cause"]["stderr"].startswith('(hidden) "(hidden)" (hidden)')
    assert found["failure"]["evidence"]["line"]["text"].startswith("(hidden)")


def test_the_lines_of_a_hidden_value_are_hidden_each():
    found = report({"job_cmdenv": {"KEY": f"{LINE}\n{LINE[::-1]}\n"}}, f"it said {LINE[::-1]} and")
    assert found["failure"]["cause"]["stderr"] == "it said (hidden) and"


@pytest.mark.parametrize(
    "value",
    ["debug", "true", "2024", "2024-01-02", "20240102", "1e-3", "en_US", "/opt/models/a-1.bin", "hdfs:///user/a1b2c3"]
    + [
        "books",
        "books-1a2b3c4d",
        "succeeded",
        "preflight",
        "configure",
        "counters",
        "application_id",
        "/home/ada/output",
    ],
)
def test_a_hidden_value_that_everybody_has_does_no_harm(value):
    said = f"It was {value.upper()}, x{value}y"
    found, without = report({"job_cmdenv": {"A": value}}, said), report({}, said)
    variables = {**without["variables"], "job_cmdenv": {"A": "(hidden)"}}
    assert {**found, "variables": variables, "failure": 0} == {**without, "variables": variables, "failure": 0}
    assert found["variables"]["job_cmdenv"] == {"A": "(hidden)"}
    page.render(found, without)


def test_a_word_is_hidden_only_where_it_stands_alone():
    found = report({"job_cmdenv": {"A": "swordfish"}}, "swordfishes, a swordfish, swordfish_1, my-swordfish.")
    assert found["failure"]["cause"]["stderr"] == "swordfishes, a (hidden), (hidden)_1, my-(hidden)."


def test_what_is_known_to_be_a_secret_is_hidden_whatever_its_name():
    settings = {
        "job_hidden": ["tiny", "vault-one"],
        "job_options": {
            "app.dsn": "vault-one",
            "app.mode": "tiny",
            "app.other": "a vault-one",
            "app.plain": "tinytiny",
        },
        "job_mapper": "mapper.py vault-one --level 3",
    }
    found = report(settings, "It said vault-one and tiny.")
    assert "job_hidden" not in found["variables"]
    options = {"app.dsn": "(hidden)", "app.mode": "(hidden)", "app.other": "a (hidden)", "app.plain": "tinytiny"}
    assert found["variables"]["job_options"] == options
    assert found["variables"]["job_mapper"] == "mapper.py (hidden) --level 3"
    assert found["failure"]["cause"]["stderr"] == "It said (hidden) and tiny."


def test_many_hidden_values_in_a_large_text_are_masked_fast():
    mask = masking.Mask({"job_cmdenv": {f"A{number}": f"value-{number}x" for number in range(2000)}})
    text = "".join(f"some line with value-{number}x and more\n" for number in range(20_000))
    began = time.process_time()
    assert "value-7x" not in mask.text(text)
    assert time.process_time() - began < 30


LARGE = 1_000_000
ATTACKS = (
    "a", "password", "password=\"", "password='", "://", "://a:", "://a@", "--pass ", "--key-", "eyJ", "eyJa.", "A_KEY", "PASS_",
    "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "AKIAABCDEFGHIJKLMNOP ", "token  ", "a" * 64 + "\n",
    "a=", "\\", "\\n", '"', "secret.", "-", ":a@", "Bearer ", "password=a,", "_", "key ", " ",
)  # fmt: skip


@pytest.mark.parametrize("part", ATTACKS)
def test_a_large_text_is_masked_fast(part):
    text = (part * (LARGE // len(part))) + "!"
    began = time.process_time()
    credentials.clean(text)
    assert time.process_time() - began < 30


def test_a_large_ordinary_text_is_masked_fast():
    dice = random.Random(7)
    signs = "abcdefghijklmnopqrstuvwxyz_-=:/.@ \n\"'\\,;&" + "      "
    text = "".join(dice.choices(signs, k=LARGE))
    began = time.process_time()
    credentials.clean(text)
    assert time.process_time() - began < 30
