#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Writes build/oci/router.tar and build/oci/extension.tar, OCI image archives (OCI image layout 1.0 in a tar), without any container engine;
# called by `./build.sh oci`; with --with-sdk also build/oci/router-sdk.tar. `docker load`, `podman load` and `skopeo copy oci-archive:` take them. Reproducible: one date, one owner, sorted
# names, so that the same build/image gives the same digest.
set -euo pipefail
./build.sh image "$@"
tar --version 2>/dev/null | grep -q 'GNU tar' || { echo "GNU tar is needed to write archives that can be reproduced." >&2; exit 1; }

version=${LAMBDA_DISPATCH_VERSION:-0.1.0}
date=1980-01-02T00:00:00Z
case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$(uname -m) ;; esac
arch=${LAMBDA_DISPATCH_TARGET_ARCH:-$arch}

pack() { # folder file
    tar --create --sort=name --mtime="$date" --owner=0 --group=0 --numeric-owner --format=ustar --mode=u+rw,go+r-w --directory "$1" --file "$2" .
}

sum() { sha256sum "$1" | cut -d ' ' -f 1; }

blob() { # file: moves it into the layout and tells its digest
    local digest
    digest=$(sum "$1")
    mv "$1" "$layout/blobs/sha256/$digest"
    printf '%s' "$digest"
}

size() { stat -c %s "$layout/blobs/sha256/$1"; }

image() { # name entry-point-as-json more-of-the-config
    local name=$1 entry=$2 more=$3 work=build/oci/$1
    rm -rf "$work"
    layout=$work/layout
    mkdir -p "$layout/blobs/sha256"
    bash docker/rootfs.sh "$name" "$work/root"
    pack "$work/root" "$work/layer.tar"
    local diff layer config manifest
    diff=$(sum "$work/layer.tar")
    gzip -9 --no-name "$work/layer.tar"
    layer=$(blob "$work/layer.tar.gz")
    printf '{"architecture":"%s","os":"linux","created":"%s","config":{"User":"65532:65532","WorkingDir":"/","Entrypoint":%s,%s"Labels":{"org.opencontainers.image.title":"lambda-dispatch-%s","org.opencontainers.image.licenses":"MIT","org.opencontainers.image.version":"%s"}},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created":"%s","created_by":"docker/oci.sh"}]}' \
        "$arch" "$date" "$entry" "$more" "$name" "$version" "$diff" "$date" > "$work/config.json"
    config=$(blob "$work/config.json")
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%s}]}' \
        "$config" "$(size "$config")" "$layer" "$(size "$layer")" > "$work/manifest.json"
    manifest=$(blob "$work/manifest.json")
    printf '{"imageLayoutVersion":"1.0.0"}' > "$layout/oci-layout"
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"platform":{"architecture":"%s","os":"linux"},"annotations":{"io.containerd.image.name":"docker.io/library/lambda-dispatch-%s:%s","org.opencontainers.image.ref.name":"%s"}}]}' \
        "$manifest" "$(size "$manifest")" "$arch" "$name" "$version" "$version" > "$layout/index.json"
    # docker load before version 25 knows only its own older manifest.
    printf '[{"Config":"blobs/sha256/%s","RepoTags":["lambda-dispatch-%s:%s"],"Layers":["blobs/sha256/%s"]}]' "$config" "$name" "$version" "$layer" > "$layout/manifest.json"
    pack "$layout" "build/oci/$name.tar"
    rm -rf "$work"
    printf 'build/oci/%s.tar  sha256:%s  %s bytes\n' "$name" "$manifest" "$(stat -c %s "build/oci/$name.tar")"
}

java=/opt/lambda-dispatch-router
main='"-m","lambdadispatch.router/lambdadispatch.router.Main"'
ports='"ExposedPorts":{"5001/tcp":{},"5002/tcp":{},"5003/tcp":{},"5004/tcp":{}},'
image router "[\"$java/bin/java\",\"-XX:AOTCache=$java/lib/lambda-dispatch.aot\",$main]" "\"Env\":[\"MALLOC_ARENA_MAX=1\"],$ports"
if [ "${1:-}" = --with-sdk ]; then
    image router-sdk "[\"$java/bin/java\",\"--module-path=$java/lib/sdk\",$main]" "\"Env\":[\"MALLOC_ARENA_MAX=1\",\"LAMBDA_DISPATCH_Invoker=sdk\"],$ports"
fi
image extension '["/opt/extensions/lambda-dispatch"]' ''
