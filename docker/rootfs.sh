#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Lays out the root of a container that holds one of the linked images and nothing else that runs: `docker/rootfs.sh router|router-sdk|extension FOLDER`.
# The router's has the C library of the machine it is made on (a JVM needs no other), an empty /tmp and a user without a name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=$1 root=$2
mkdir -p "$root"
root=$(cd "$root" && pwd) # as `ldd` names it: what lies in it already is not looked for on this machine

if [ "$what" = extension ]; then
    mkdir -p "$root/opt"
    cp -R build/image/extension/opt/. "$root/opt/"
    exit 0
fi

home=$root/opt/lambda-dispatch-router
mkdir -p "$home" "$root/etc" "$root/tmp"
cp -R "build/image/$what/." "$home/"
rm "$home/bin/lambda-dispatch-router" # takes a shell; the image's entry point says the same without one
chmod 1777 "$root/tmp"
printf 'lambda:x:65532:65532::/:/sbin/nologin\n' > "$root/etc/passwd"
printf 'lambda:x:65532:\n' > "$root/etc/group"
printf 'hosts: files dns\n' > "$root/etc/nsswitch.conf"

# What the programs and libraries name, and what glibc itself loads by name to look hosts up.
libraries() {
    { find "$home/bin" "$home/lib" -type f \( -name '*.so' -o -path '*/bin/*' \) -exec ldd {} + 2>/dev/null || true; } |
        sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld[^ ]*\) .*/\1/p' | grep -v "^$home" | sort -u
    local folder
    folder=$(dirname "$(ldd "$home/bin/java" | sed -n 's/.*=> \(\/[^ ]*libc\.so\.6\).*/\1/p')")
    find "$folder" -maxdepth 1 \( -name 'libnss_dns.so.2' -o -name 'libnss_files.so.2' -o -name 'libresolv.so.2' \)
}
libraries | sort -u | while IFS= read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done
