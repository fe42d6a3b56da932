# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which action a request is, and what policies say to it."""

from __future__ import annotations

import pytest

from localcloud.policy import Access, allowed, like, s3_accesses

ARN = "arn:aws:s3:::b"


def actions(*arguments, **keywords):
    return [(access.action, access.resource) for access in s3_accesses(*arguments, **keywords)]


@pytest.mark.parametrize(
    "method, path, query, expected",
    [
        ("GET", "/", {}, ("s3:ListAllMyBuckets", "*")),
        ("GET", "/b", {"list-type": "2"}, ("s3:ListBucket", ARN)),
        ("HEAD", "/b/", {}, ("s3:ListBucket", ARN)),
        ("GET", "/b", {"location": ""}, ("s3:GetBucketLocation", ARN)),
        ("GET", "/b", {"uploads": ""}, ("s3:ListBucketMultipartUploads", ARN)),
        ("PUT", "/b", {}, ("s3:CreateBucket", ARN)),
        ("DELETE", "/b", {}, ("s3:DeleteBucket", ARN)),
        ("PUT", "/b", {"policy": ""}, ("s3:PutBucketPolicy", ARN)),
        ("PUT", "/b", {"lifecycle": ""}, ("s3:PutLifecycleConfiguration", ARN)),
        ("PUT", "/b", {"acl": ""}, ("s3:PutBucketConfiguration", ARN)),
        ("GET", "/b/a/k", {}, ("s3:GetObject", f"{ARN}/a/k")),
        ("HEAD", "/b/k", {}, ("s3:GetObject", f"{ARN}/k")),
        ("PUT", "/b/k", {"partNumber": "1", "uploadId": "u"}, ("s3:PutObject", f"{ARN}/k")),
        ("POST", "/b/k", {"uploads": ""}, ("s3:PutObject", f"{ARN}/k")),
        ("DELETE", "/b/k", {"uploadId": "u"}, ("s3:AbortMultipartUpload", f"{ARN}/k")),
        ("DELETE", "/b/k", {}, ("s3:DeleteObject", f"{ARN}/k")),
        ("GET", "/b/k", {"tagging": ""}, ("s3:GetObjectTagging", f"{ARN}/k")),
        ("PATCH", "/b/k", {}, ("s3:Unknown", f"{ARN}/k")),
    ],
)
def test_actions(method, path, query, expected):
    assert actions(method, path, query) == [expected]


def test_copy_reads_its_source():
    assert actions("PUT", "/b/k", {}, "/other/a%20b?versionId=1") == [
        ("s3:PutObject", f"{ARN}/k"),
        ("s3:GetObject", "arn:aws:s3:::other/a b"),
    ]


def test_deleting_several_is_each_of_them():
    body = b"<Delete><Object><Key>a</Key></Object><Object><Key>x&amp;y</Key></Object></Delete>"
    assert actions("POST", "/b", {"delete": ""}, body=body) == [
        ("s3:DeleteObject", f"{ARN}/a"),
        ("s3:DeleteObject", f"{ARN}/x&y"),
    ]
    assert actions("POST", "/b", {"delete": ""}) == [("s3:DeleteObject", f"{ARN}/*")]


def test_wildcards():
    assert like("s3:Get*", "s3:GetObject") and like("a?c", "abc") and like("a*", "a/b\n")
    assert not like("[ab]", "a") and not like("A", "a") and like("S3:GETOBJECT", "s3:GetObject", True)


def policy(**statement):
    return {"Statement": {"Effect": "Allow", **statement}}


def test_allow_needs_action_and_resource():
    read = policy(Action="s3:Get*", Resource=[f"{ARN}/mine/*"])
    assert allowed([read], Access("s3:GetObject", f"{ARN}/mine/a"))
    assert not allowed([read], Access("s3:GetObject", f"{ARN}/theirs/a"))
    assert not allowed([read], Access("s3:PutObject", f"{ARN}/mine/a"))
    assert not allowed([], Access("s3:GetObject", f"{ARN}/mine/a"))


def test_denial_wins():
    both = [policy(Action="*", Resource="*"), policy(Effect="Deny", Action="s3:*", Resource=f"{ARN}/secret/*")]
    assert allowed(both, Access("s3:GetObject", f"{ARN}/open"))
    assert not allowed(both, Access("s3:GetObject", f"{ARN}/secret/x"))


def test_not_action_and_not_resource():
    all_but = policy(NotAction="s3:Delete*", NotResource=f"{ARN}/x/*")
    assert allowed([all_but], Access("s3:GetObject", f"{ARN}/y"))
    assert not allowed([all_but], Access("s3:DeleteObject", f"{ARN}/y"))
    assert not allowed([all_but], Access("s3:GetObject", f"{ARN}/x/1"))


@pytest.mark.parametrize(
    "condition, prefix, expected",
    [
        ({"StringLike": {"s3:prefix": ["mine/*", "mine"]}}, "mine/a", True),
        ({"StringLike": {"s3:prefix": "mine/*"}}, "theirs/", False),
        ({"StringLike": {"s3:prefix": "mine/*"}}, None, False),
        ({"StringLikeIfExists": {"s3:prefix": "mine/*"}}, None, True),
        ({"StringEquals": {"S3:Prefix": "mine/"}}, "mine/", True),
        ({"StringNotEquals": {"s3:prefix": "mine/"}}, "mine/", False),
        ({"StringNotLike": {"s3:prefix": "mine/*"}}, None, True),
        ({"Null": {"s3:prefix": "true"}}, None, True),
        ({"Null": {"s3:prefix": "true"}}, "x", False),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, "x", False),
    ],
)
def test_conditions(condition, prefix, expected):
    rule = policy(Action="s3:ListBucket", Resource=ARN, Condition=condition)
    context = {} if prefix is None else {"s3:prefix": prefix}
    assert allowed([rule], Access("s3:ListBucket", ARN, context)) is expected


def test_without_resources_an_unjudged_denial_holds():
    allow = policy(Action="ec2:*", Resource="arn:aws:ec2:*:*:instance/*")
    deny = policy(Effect="Deny", Action="ec2:Run*", Resource="x", Condition={"Bool": {"a": "true"}})
    assert allowed([allow], Access("ec2:RunInstances"), any_resource=True)
    assert not allowed([allow, deny], Access("ec2:RunInstances"), any_resource=True)
    assert not allowed([allow], Access("iam:PassRole"), any_resource=True)
