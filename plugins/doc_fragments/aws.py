# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The documentation of the connection options that all AWS modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Options named as in amazon.aws."""

    DOCUMENTATION = r"""
options:
  region:
    description:
      - The AWS region; by default the one of the profile or of E(AWS_DEFAULT_REGION).
      - E(AWS_REGION) is used where it is set.
    type: str
    aliases: [aws_region, ec2_region]
  profile:
    description:
      - The named profile of the AWS configuration; by default what the AWS SDK finds by itself (E(AWS_PROFILE) among others).
      - It may be one that takes a role, signs in by IAM Identity Center (SSO), or asks a program for keys.
      - Cannot be combined with keys.
    type: str
    aliases: [aws_profile]
  access_key:
    description:
      - The access key id; better left to a profile.
    type: str
    aliases: [aws_access_key_id, aws_access_key]
  secret_key:
    description:
      - The secret access key; better left to a profile.
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
  session_token:
    description:
      - The session token of temporary credentials.
    type: str
    aliases: [aws_session_token]
  endpoint_url:
    description:
      - The URL that is asked instead of AWS's own; also read from the profile by the SDK, and from E(AWS_URL).
    type: str
    aliases: [aws_endpoint_url]
  validate_certs:
    description:
      - Whether TLS certificates are checked.
    type: bool
    default: true
  aws_ca_bundle:
    description:
      - A file of certificates to trust instead of the system's; E(AWS_CA_BUNDLE) is used where it is set.
    type: path
  aws_config:
    description:
      - Further settings for the SDK's client configuration, by botocore's names.
    type: dict
requirements:
  - boto3 >= 1.35.0
  - botocore >= 1.35.0
"""
