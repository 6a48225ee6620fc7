# SPDX-License-Identifier: MIT
"""Signs the requests of a corpus (see SigningCorpus) with botocore and counts those whose signature is not ours."""
import base64
import datetime
import json
import sys

import botocore
import botocore.auth
import botocore.awsrequest
import botocore.credentials


def theirs(line):
    headers = {}
    for name, value in line["headers"]:
        headers[name] = value
    request = botocore.awsrequest.AWSRequest(
        method=line["method"], url=line["url"], headers=headers, data=base64.b64decode(line["body"])
    )
    time = datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00"))
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: time.replace(tzinfo=None) if remove_tzinfo else time
    credentials = botocore.credentials.Credentials(line["key"], line["secret"], line["token"] or None)
    botocore.auth.SigV4Auth(credentials, line["service"], line["region"]).add_auth(request)
    return request.headers["Authorization"]


differing = 0
total = 0
with open(sys.argv[1], encoding="utf-8") as corpus:
    for text in corpus:
        line = json.loads(text)
        total += 1
        expected = theirs(line)
        if expected != line["authorization"]:
            differing += 1
            if differing <= 3:
                print("differs:", line["method"], line["url"], expected, line["authorization"], sep="\n  ")
print(f"{total} requests, {differing} signatures differ from botocore {botocore.__version__}")
sys.exit(1 if differing or not total else 0)
