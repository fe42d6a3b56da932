# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Why S3 did not give or take an object: the words of s3a, in the client's output or an attempt's.

The AWS SDK of Hadoop 3.4 and later prints no error code, and has no text at all for an answer to HEAD: status and exception
are what can be told then.
"""

from __future__ import annotations

from .row import row

PATH = r"(?P<path>s3a?://[^\s:]+)"

S3 = (
    row(
        "s3-bucket-missing", "s3", "the S3 bucket does not exist, or not at this endpoint",
        "Check the bucket's name and region, and the endpoint.", "no", r"Bucket does not exist|NoSuchBucket|UnknownStoreException",
    ),
    row(
        "s3-archived", "s3", "an object is archived (Glacier)", "Restore it first.", "no",
        r"InvalidObjectState|not valid for the (?:source )?object's storage class",
    ),
    row(
        "s3-no-credentials", "s3", "the nodes have no credentials for S3",
        "The cluster needs an instance profile (cluster_instance_profile): what a shell exports does not reach tasks.", "no",
        r"NoAuthWithAWSException|No AWS Credential|NoAwsCredentialsException|Unable to load (?:AWS )?credentials",
    ),
    row(
        "s3-session-expired", "s3", "the S3 credentials have expired",
        "Run the same command again; with an instance profile they renew themselves.", "no",
        r"ExpiredToken|security token included in the request is (?:invalid|expired)|provided token has expired",
    ),
    row(
        "s3-clock", "s3", "the clock of a node is wrong, so that S3 refuses what it signs",
        "See chronyc tracking on the nodes, and compare date -u with a right clock.", "no",
        r"RequestTimeTooSkewed|difference between the request time and the current time is too large",
    ),
    row(
        "s3-wrong-key", "s3", "S3 does not accept the nodes' key or its signature",
        "Give the cluster an instance profile, or look at the keys that are set.", "no",
        r"SignatureDoesNotMatch|InvalidAccessKeyId|request signature we calculated does not match"
        r"|Access Key Id you provided does not exist",
    ),
    row(
        "s3-kms", "s3", "the nodes may not use the key by which an object is encrypted",
        "Their role needs kms:Decrypt to read and kms:GenerateDataKey to write, and the key's policy must let it.", "no",
        r"not authorized to perform: kms:\w+|Service: (?:AWS)?Kms\b|KMS\.\w+Exception|ciphertext refers to a customer master key",
    ),
    row(
        "s3-access-denied", "s3", "S3 refused the nodes access[ to {path}]",
        "The nodes' role needs s3:GetObject and s3:ListBucket there, to write s3:PutObject, s3:DeleteObject and "
        "s3:AbortMultipartUpload too, and kms:Decrypt where the object is encrypted; where the requester is to pay set "
        "fs.s3a.requester.pays.enabled=true.", "no",
        r"AccessDeniedException: " + PATH + r":", PATH + r"[^\n]*Status Code: 403", r"Status Code: 403",
        r"S3 answered 403 to \w+ (?P<path>s3://[^\s:]+)",
    ),
    row(
        "s3-wrong-region", "s3", "the bucket lies in the region {region}",
        "Start the cluster there, or set fs.s3a.bucket.NAME.endpoint.region in job_options.", "no",
        r"permanent redirect response to region (?P<region>\S+?)\.\s", r"the region '[^']*' is wrong; expecting '(?P<region>[^']*)'",
    ),
    row(
        "s3-no-region", "s3", "no region is set for S3", "Set fs.s3a.endpoint.region.", "no",
        r"Unable to find a region via the region provider chain",
    ),
    row(
        "s3-login-in-uri", "s3", "the S3 address holds a login", "Take it out: the nodes' role is what gives access.", "no",
        r"Filesystem URI contains login details",
    ),
    row(
        "s3-throttled", "s3", "S3 asked to slow down",
        "Run the same command again; what was copied stays. Fewer maps or a bandwidth help where it comes back.", "yes",
        r"Status Code: 503|AWSServiceThrottled|Request throttled|SlowDown|reduce your request rate",
    ),
    row(
        "s3-upload-refused", "s3", "the store refuses uploads as the AWS SDK makes them",
        "For a store that is not AWS set fs.s3a.checksum.generation=false, fs.s3a.request.md5.header=true and "
        "fs.s3a.create.conditional.enabled=false.", "config",
        r"Status Code: 501|header you provided implies functionality", r"(?i:\bput|upload|writing object)[^\n]*Status Code: 400",
    ),
    row(
        "s3-host-unknown", "s3", "the name of the S3 host is not known[: {host}]",
        "For a store that is not AWS set fs.s3a.path.style.access=true; else see the endpoint and the nodes' DNS.", "no",
        r"UnknownHostException[\s\S]{0,500}?Unable to execute HTTP request: (?P<host>[\w.-]+)",
        r"Received an UnknownHostException",
    ),
    row(
        "s3-unreachable", "s3", "S3 does not answer the nodes",
        "Is there a way to it: a public address, NAT, or an S3 endpoint in the VPC? Run the same command again.", "yes",
        r"Unable to execute HTTP request|(?:ConnectTimeout|SocketTimeout|HttpHostConnect|ApiCallTimeout)Exception",
    ),
    row(
        "s3-key-missing", "s3", "{path} does not exist in S3", "List the prefix above it.", "no",
        r"No such file or directory: (?P<path>s3a?://\S+)", r"(?P<path>s3a?://\S+) doesn't exist",
    ),
)  # fmt: skip
