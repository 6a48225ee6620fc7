#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds the container images with docker, podman or buildah, whichever answers; called by `./build.sh docker [--with-sdk]`.
# JDK_IMAGE and LAMBDA_IMAGE name other base images than the public ones.
set -euo pipefail

engine() {
    local each
    for each in docker podman buildah; do
        if command -v "$each" >/dev/null && "$each" info >/dev/null 2>&1; then
            printf '%s' "$each"
            return
        fi
    done
}

engine=$(engine)
if [ -z "$engine" ]; then
    echo "Neither docker, podman nor buildah is here (or none answers). Without an engine, ./build.sh oci writes the images as files." >&2
    exit 1
fi

build() { # name dockerfile arguments
    local name=$1 file=$2
    shift 2
    local arguments=(--file "docker/$file" --tag "$name" --build-arg "VERSION=${LAMBDA_DISPATCH_VERSION:-0.1.0}")
    if [ -n "${JDK_IMAGE:-}" ]; then arguments+=(--build-arg "JDK_IMAGE=$JDK_IMAGE"); fi
    if [ -n "${LAMBDA_DISPATCH_DOCKER_OPTIONS:-}" ]; then read -r -a extra <<<"$LAMBDA_DISPATCH_DOCKER_OPTIONS" && arguments+=("${extra[@]}"); fi
    echo "== $engine builds $name" >&2
    "$engine" build "${arguments[@]}" "$@" .
}

lambda=()
if [ -n "${LAMBDA_IMAGE:-}" ]; then lambda=(--build-arg "LAMBDA_IMAGE=$LAMBDA_IMAGE"); fi
build lambda-dispatch-router router.Dockerfile
build lambda-dispatch-extension extension.Dockerfile
build lambda-dispatch-emulator demo.Dockerfile --target emulator ${lambda[@]+"${lambda[@]}"}
build lambda-dispatch-demo demo.Dockerfile ${lambda[@]+"${lambda[@]}"}
if [ "${1:-}" = --with-sdk ]; then build lambda-dispatch-router-sdk router-sdk.Dockerfile; fi
