# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotas of vCPUs against answers in AWS's form."""

from __future__ import annotations

import types

import botocore.session
import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import Stubber

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import quota
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.quota import Wish
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

VCPUS = {"m6i.large": 2, "m6i.xlarge": 4, "p4d.24xlarge": 96, "t3.medium": 2}
WISH = [Wish("master", 1, "m6i.large"), Wish("worker", 5, "m6i.xlarge")]
STANDARD = ["a*", "c*", "cc*", "cr*", "d*", "h*", "hs*", "i*", "im*", "is*", "m*", "r*", "t*", "z*"]
DENIED = (
    "User: arn:aws:iam::123456789012:user/me is not authorized to perform: servicequotas:GetServiceQuota because no "
    "identity-based policy allows the servicequotas:GetServiceQuota action"
)


@pytest.fixture(scope="module", name="clients")
def fixture_clients():
    session = botocore.session.get_session()
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "eu-central-1"}
    made = {
        name: session.create_client(service, **keys) for name, service in (("ec2", "ec2"), ("quotas", "service-quotas"))
    }
    return types.SimpleNamespace(**made, region="eu-central-1")


def running(instance_type, cores=1, **more):
    return {"InstanceType": instance_type, "CpuOptions": {"CoreCount": cores, "ThreadsPerCore": 2}, **more}


def ask(clients, limits, instances, wishes=WISH, families=STANDARD):
    """Ask with so many vCPUs by code, and these instances running in the account."""
    only = [
        {"Name": "instance-state-name", "Values": ["pending", "running"]},
        {"Name": "instance-type", "Values": families},
    ]
    with Stubber(clients.quotas) as quotas, Stubber(clients.ec2) as ec2:
        for code, value in limits.items():
            answer = {"Quota": {"ServiceCode": "ec2", "QuotaCode": code, "QuotaName": "x", "Value": value}}
            quotas.add_response("get_service_quota", answer, {"ServiceCode": "ec2", "QuotaCode": code})
        asked = {"Filters": only, "MaxResults": 1000}
        ec2.add_response("describe_instances", {"Reservations": [{"Instances": instances}]}, asked)
        found = quota.require(clients, wishes, VCPUS)
        quotas.assert_no_pending_responses()
        return found


def test_what_fits_fits(clients):
    assert ask(clients, {"L-1216C47A": 22.0}, []) == []
    others = [running("p4d.24xlarge", 48), running("mac1.metal", 6), running("c5.large", 8, InstanceLifecycle="spot")]
    assert ask(clients, {"L-1216C47A": 26.0}, [*others, running("t3.small"), running("im4gn.large")]) == []


def test_what_does_not_is_refused_and_what_would_fit_is_named(clients):
    with pytest.raises(OhmyError) as caught:
        ask(clients, {"L-1216C47A": 32.0}, [running("r5.2xlarge", 4), running("m5.2xlarge", 4)])
    text = (
        "The account may run 32 vCPUs of on-demand Standard instances in eu-central-1, and 2 instances use 16 of them: "
        "1 m6i.large (master), 5 m6i.xlarge (worker) need 22, 3 of 5 m6i.xlarge (worker) would fit."
    )
    assert caught.value.message == text
    assert "cluster_workers" in caught.value.hint and "--quota-code L-1216C47A --desired-value 38" in caught.value.hint


def test_where_nothing_fits_fewer_is_no_advice(clients):
    half = {"InstanceType": "a1.medium", "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 1}}
    silent = {"InstanceType": "m6i.large"}  # without CpuOptions: by its type
    with pytest.raises(OhmyError, match="3 instances use 5 of them.*not one of them would fit") as caught:
        ask(clients, {"L-1216C47A": 5.0}, [running("t3.nano"), silent, half])
    assert "cluster_workers" not in caught.value.hint


def test_spot_and_other_classes_have_quotas_of_their_own(clients):
    wishes = [Wish("master", 1, "m6i.large"), Wish("spot", 8, "m6i.large", True), Wish("gpu", 1, "p4d.24xlarge")]
    limits = {"L-1216C47A": 5.0, "L-34B43A08": 16.0, "L-417A185B": 0.0}
    with pytest.raises(OhmyError, match="0 vCPUs of on-demand P instances .* 1 p4d.24xlarge .gpu. need 96"):
        ask(clients, limits, [], wishes, [*STANDARD, "p*"])
    with pytest.raises(OhmyError, match="spot Standard instances.* 7 of 8 m6i.large .spot. would fit"):
        busy = [running("t3.small", InstanceLifecycle="spot")]
        ask(clients, {"L-34B43A08": 16.0}, busy, wishes[1:2])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("m7i-flex.large", "Standard"),
        ("i4i.large", "Standard"),
        ("inf2.xlarge", "Inf"),
        ("hpc6a.48xlarge", "HPC"),
        ("h1.2xlarge", "Standard"),
        ("trn1.2xlarge", "Trn"),
        ("t3.medium", "Standard"),
        ("u-6tb1.metal", "High Memory"),
        ("dl1.24xlarge", "DL"),
        ("d3.xlarge", "Standard"),
        ("x2gd.large", "X"),
        ("g4dn.xlarge", "G and VT"),
        ("mac2.metal", None),
        ("", None),
    ],
)
def test_classes(name, kind):
    assert quota.class_of(name) == kind


def test_who_may_not_ask_is_told_so_and_goes_on(clients):
    with Stubber(clients.quotas) as quotas:
        quotas.add_client_error("get_service_quota", "AccessDeniedException", DENIED, http_status_code=400)
        (remark,) = quota.require(clients, WISH, VCPUS)
    assert "may not servicequotas:GetServiceQuota (Look in docs/iam/controller.json)" in remark


def test_a_quota_that_there_is_not_is_no_limit(clients):
    with Stubber(clients.quotas) as quotas:
        text = "The request failed because the specified service does not exist."
        quotas.add_client_error("get_service_quota", "NoSuchResourceException", text)
        assert quota.require(clients, WISH, VCPUS) == []
    assert quota.require(clients, [Wish("worker", 2, "mac2.metal"), Wish("spot", 0, "m6i.large")], VCPUS) == []


def test_a_service_out_of_reach_is_a_remark(monkeypatch):
    def silent(**_arguments):
        raise ConnectTimeoutError(endpoint_url="https://servicequotas.eu-central-1.amazonaws.com/")

    clients = types.SimpleNamespace(quotas=types.SimpleNamespace(get_service_quota=silent))
    (remark,) = quota.require(clients, WISH, VCPUS)
    assert remark.startswith("The quota of vCPUs was not checked: Could not read the quota L-1216C47A")
