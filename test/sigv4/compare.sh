#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Compares our signatures with botocore's over random requests: test/sigv4/compare.sh [COUNT]. PYTHON names an interpreter that has
# botocore (`pip install botocore`); the comparison with the AWS SDK for Java is a test: ./build.sh test --with-sdk SignatureComparison.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

python=${PYTHON:-python3}
"$python" -c 'import botocore' 2>/dev/null || { echo "$python has no botocore: pip install botocore, or name another by PYTHON." >&2; exit 1; }
./build.sh compile-tests
java=$(./build.sh jdk)/bin/java
"$java" -cp "$(./build.sh class-path)" lambdadispatch.aws.SigningCorpus "${1:-10000}" build/signing-corpus.jsonl
"$python" test/sigv4/resign.py build/signing-corpus.jsonl
