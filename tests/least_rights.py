# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user of a local cloud who may do what the documented policy allows, and no more."""

from __future__ import annotations

import configparser
import json
import typing as t
from pathlib import Path

import boto3

from tests.iam_policies import filled

USER, ACCOUNT, REGION = "operator", "123456789012", "us-east-1"


class Operator:
    """The user: makes itself with the administrator's client, and has an AWS config file of its own."""

    def __init__(self, cloud: t.Any, config: Path, **words: str) -> None:
        self._iam, self._words, self.config = cloud.client("iam"), words, config
        self._iam.create_user(UserName=USER)
        self.allow()
        key = self._iam.create_access_key(UserName=USER)["AccessKey"]
        parser = configparser.ConfigParser()
        parser.read(cloud.state / "aws-config")
        told = parser["profile localcloud"]
        told["aws_access_key_id"], told["aws_secret_access_key"] = key["AccessKeyId"], key["SecretAccessKey"]
        with config.open("w") as stream:
            parser.write(stream)
        self._endpoint = told["endpoint_url"]
        self._session = boto3.session.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)

    def allow(self, *without: str) -> None:
        """Give the user the documented policy without some statements."""
        document = filled("controller", account=ACCOUNT, region=REGION, **self._words)
        document["Statement"] = [one for one in document["Statement"] if one["Sid"] not in without]
        self._iam.put_user_policy(UserName=USER, PolicyName="controller", PolicyDocument=json.dumps(document))

    @property
    def env(self) -> dict[str, str]:
        """Return the variables that make a run this user's."""
        return {"AWS_CONFIG_FILE": str(self.config), "AWS_SHARED_CREDENTIALS_FILE": str(self.config)}

    def client(self, service: str) -> t.Any:
        """Return a client with this user's keys."""
        return self._session.client(service, endpoint_url=self._endpoint)

    def end(self) -> None:
        """Remove the user."""
        self._iam.delete_user_policy(UserName=USER, PolicyName="controller")
        for one in self._iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]:
            self._iam.delete_access_key(UserName=USER, AccessKeyId=one["AccessKeyId"])
        self._iam.delete_user(UserName=USER)
