# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which volumes of clusters there are, against answers in AWS's form."""

from __future__ import annotations

import datetime

import botocore.session
import pytest
from botocore.stub import ANY, Stubber

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import tags, volumes

MADE = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def raw(number, state="in-use", cluster="demo", ours=True):
    marks = tags.own_tags(cluster, "inc", "worker", "bucket", {}) if ours else {tags.CLUSTER: cluster}
    told = [{"Key": key, "Value": value} for key, value in marks.items()]
    return {
        "VolumeId": f"vol-{number}",
        "VolumeType": "gp3",
        "Size": 50,
        "State": state,
        "CreateTime": MADE,
        "Tags": told,
    }


@pytest.mark.parametrize("cluster", [None, "demo"])
def test_what_is_being_deleted_or_not_ours_is_not_there(cluster):
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    client = botocore.session.get_session().create_client("ec2", region_name="eu-central-1", **keys)
    known = [raw(2), raw(1, "available"), raw(3, "deleting"), raw(4, ours=False)]
    with Stubber(client) as stub:
        stub.add_response("describe_volumes", {"Volumes": known}, {"Filters": ANY, "MaxResults": ANY})
        found = volumes.observe(client, cluster)
    assert [(one.id, one.cluster, one.created) for one in found] == [
        ("vol-1", "demo", 1767225600),
        ("vol-2", "demo", 1767225600),
    ]
    assert found[0].public() == {"volume_id": "vol-1", "size": 50, "type": "gp3"}
