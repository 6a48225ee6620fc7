#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Holds scripts, workflows and templates to their linters, as far as those are installed; called by `./build.sh lint [LINTER...]`.
# What is not installed is named at the end.
#   Debian: shellcheck, docker-compose · Go: actionlint (go install github.com/rhysd/actionlint/cmd/actionlint@latest),
#   hclfmt (go install github.com/hashicorp/hcl/v2/cmd/hclfmt@latest)
#   cfn-lint, kubernetes-validate (pip install cfn-lint kubernetes-validate; the latter brings its schemas along)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
export PATH=$PWD/build/tools/bin:$PATH # where .ci/run puts those that no Debian package has
status=0
missing=()
chosen=("$@")
known=(shellcheck actionlint cfn-lint hclfmt kubernetes-validate docker-compose)
for each in "$@"; do
    [[ " ${known[*]} " == *" $each "* ]] || { echo "The linters are: ${known[*]}" >&2; exit 2; }
done

lint() { # program arguments
    [ ${#chosen[@]} -eq 0 ] || [[ " ${chosen[*]} " == *" $1 "* ]] || return 0
    if ! command -v "$1" >/dev/null; then
        echo "$1: not installed"
        missing+=("$1")
        return
    fi
    local said
    if said=$("$@" 2>&1); then
        echo "$1: clean"
    else
        printf '%s: FAULTS\n%s\n' "$1" "$said"
        status=1
    fi
}

scripts=(build.sh .ci/run docker/launch/lambda-dispatch-router docker/launch/lambda-dispatch-extension)
while IFS= read -r script; do scripts+=("$script"); done < <(find src test docker -name '*.sh' -not -path '*/node_modules/*' | LC_ALL=C sort)
lint shellcheck --severity=info "${scripts[@]}"
lint actionlint .github/workflows/test.yaml .github/workflows/release.yaml
lint cfn-lint --include-checks I --template docker/aws/fargate.yaml docker/aws/sam.yaml
lint hclfmt -check -require-no-change docker/aws/terraform/main.tf docker/aws/terraform/variables.tf docker/aws/terraform/alarms.tf
lint kubernetes-validate --strict docker/kubernetes/router.yaml docker/kubernetes/active-standby/haproxy.yaml
lint docker-compose --file docker/compose.yaml config --quiet
if [ ${#missing[@]} -gt 0 ]; then echo "Not held to ${missing[*]}: the head of docker/lint.sh says where to get what is missing."; fi
exit $status
