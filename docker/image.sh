#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Links the run-time images from the JDK and build/modules; called by `./build.sh image`, which has compiled them and set JAVA_HOME.
#   build/image/router                 bin/lambda-dispatch-router and what it needs
#   build/image/extension/opt          what is copied to /opt of a Lambda image, or zipped as a layer
#   build/lambda-dispatch-layer.zip    that layer
#   build/image/extension/bin          lambda-dispatch-extension, a link to the launcher in opt/extensions
# With --with-sdk, which has compiled build/modules-sdk and fetched build/sdk, also:
#   build/image/router-sdk             the router with the AWS SDK invoker: LAMBDA_DISPATCH_Invoker=sdk
# LAMBDA_DISPATCH_TARGET_JDK names another platform's JDK 25 to link for (its folder, unpacked): then without an AOT cache, since that
# takes a run on that platform.
set -euo pipefail

out=build/image
compress=${LAMBDA_DISPATCH_IMAGE_COMPRESS:-zip-0}
target=${LAMBDA_DISPATCH_TARGET_JDK:-}

# Classes that nothing here reaches, in packages that have to stay: the key tool, the launcher's translations, charsets
# of mainframes and of East Asia before UTF-8, calls into C, WebSockets.
never_loaded=$(printf '%s' /java.base/sun/security/tools/keytool/{Main,resources/keytool_}'*,' /java.base/sun/launcher/resources/'launcher_*,' \
    /java.base/sun/nio/cs/{Big5,EUC_,GB,HKSCS,IBM,JIS_,Johab,MS9,SJIS}'*,' /java.base/jdk/internal/foreign/abi/{BindingSpecializer,CallingSequence,SharedUtils}'*,' \
    /java.net.http/jdk/internal/net/http/websocket/{Builder,Message,OpeningHandshake,TransportImpl,WebSocketImpl}'*,')
never_loaded=${never_loaded%,}

# What the SDK's jars need of the JDK, as `jdeps --ignore-missing-deps --print-module-deps` says.
sdk_needs=java.logging,java.naming,java.security.jgss,java.xml,jdk.unsupported

state() {
    printf '%s\n' "$JAVA_HOME" "$compress" "$target"
    find build/modules docker/image.sh docker/LayerZip.java docker/launch -type f -exec cksum {} + | LC_ALL=C sort -k 3
}

link() { # modules folder
    local from=build/modules strip=() host=()
    if [ -n "$target" ]; then
        [ -d "$target/jmods" ] || { echo "$target has no jmods: jlink needs them to link for another platform." >&2; exit 1; }
        from=$target/jmods:$from
        strip=(--strip-java-debug-attributes)
        host=(--endian little)
    elif command -v objcopy >/dev/null; then
        strip=(--strip-debug)
    else
        echo "objcopy (binutils) is missing: native debug symbols stay in the image." >&2
        strip=(--strip-java-debug-attributes)
    fi
    mkdir -p "$(dirname "$2")"
    "$JAVA_HOME/bin/jlink" -p "$from" --add-modules "$1" "${strip[@]}" ${host[@]+"${host[@]}"} --no-header-files --no-man-pages \
        --compress "$compress" --vm server --exclude-resources "$never_loaded" --output "$2"
    # For other programs than ours: a key tool, a view of the image for IDEs, signal chaining for embedders, names of classes for CDS, sorting with AVX-512.
    rm -f "$2/bin/keytool" "$2/lib/jrt-fs.jar" "$2/lib/libjsig.so" "$2/lib/server/libjsig.so" "$2/lib/jexec" "$2/lib/classlist" "$2/lib/libsimdsort.so"
    find "$2" -name '*.debuginfo' -delete # of JDKs that keep native debug symbols apart
}

put() { # program folder: its options and launcher
    grep -v '^#' "docker/launch/$1.options" > "$2/options"
    cp LICENSE "$2/LICENSE"
}

build_images() {
    rm -rf "$out.new"
    link lambdadispatch.router,lambdadispatch.aws,jdk.net "$out.new/router"
    put router "$out.new/router"
    cp docker/launch/lambda-dispatch-router "$out.new/router/bin/"
    link lambdadispatch.extension "$out.new/extension/opt/lambda-dispatch"
    put extension "$out.new/extension/opt/lambda-dispatch"
    # It trusts one pinned certificate and no authority, and never sets a cookie.
    rm -f "$out.new/extension/opt/lambda-dispatch/lib/security/"{cacerts,public_suffix_list.dat,blocked.certs}
    mkdir -p "$out.new/extension/opt/extensions" "$out.new/extension/bin"
    cp docker/launch/lambda-dispatch-extension "$out.new/extension/opt/extensions/lambda-dispatch"
    ln -s ../opt/extensions/lambda-dispatch "$out.new/extension/bin/lambda-dispatch-extension"
    if [ -z "$target" ]; then train; fi
    rm -rf "$out"
    mv "$out.new" "$out"
    "$JAVA_HOME/bin/java" docker/LayerZip.java "$out/extension/opt" build/lambda-dispatch-layer.zip
}

# The SDK's jars are automatic modules, which can not be linked: they lie beside the run-time image, in which there is more of the JDK. No AOT
# cache: it would hold for these jars in this order only, and gives least where most of the time goes to the SDK's own start.
build_sdk_image() {
    local to=$out/router-sdk
    rm -rf "$to" "$to.new"
    link "lambdadispatch.router,lambdadispatch.aws,jdk.net,$sdk_needs" "$to.new"
    put router "$to.new"
    cp docker/launch/lambda-dispatch-router "$to.new/bin/"
    mkdir -p "$to.new/lib/sdk"
    cp -R build/modules-sdk/* build/sdk/*.jar "$to.new/lib/sdk/"
    mv "$to.new" "$to"
}

# The local stack runs once on the new images while the JVMs list what they load and link; each cache is then made from its list alone. (From
# JEP 515's record, profiles included, the caches would be 2.5 MB larger and starts 170 ms of CPU slower, and no two would be the same.)
train() {
    local record=build/aot
    rm -rf "$record"
    mkdir -p "$record"
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -p build/modules \
        -m lambdadispatch.emulator/lambdadispatch.emulator.Rehearsal "$out.new" "$PWD/$record" >"$record/log" 2>&1 \
        || { tail -n 25 "$record/log" >&2; echo "the rehearsal failed" >&2; exit 1; }
    cache router router/bin/java router
    cache extension extension/opt/lambda-dispatch/bin/java extension/opt/lambda-dispatch
}

cache() { # name java home
    [ -f "build/aot/$1.classes" ] || { tail -n 25 build/aot/log >&2; echo "the $1 left no record of its rehearsal" >&2; exit 1; }
    { grep -v '^[@#]' "build/aot/$1.classes"; grep '^@lambda' "build/aot/$1.classes"; grep '^@cp' "build/aot/$1.classes"; } >"build/aot/$1.list"
    "$out.new/$2" "@$out.new/$3/options" -Xshare:dump -XX:+AOTClassLinking "-XX:SharedClassListFile=build/aot/$1.list" \
        "-XX:SharedArchiveFile=$out.new/$3/lib/lambda-dispatch.aot" -m "lambdadispatch.$1/lambdadispatch.$1.Main" >>build/aot/log 2>&1 || { tail -n 25 build/aot/log >&2; echo "the AOT cache of the $1 could not be made" >&2; exit 1; }
}

sizes() { # folder...
    local folder
    for folder in "$@"; do
        printf '%-40s %5.1f MB, as tar.gz %5.1f MB\n' "$out/$folder" "$(du -sk "$out/$folder" | awk '{print $1/1024}')" \
            "$(tar -c -C "$out/$folder" . | gzip -9 | wc -c | awk '{print $1/1e6}')"
    done
}

now=$(state)
mkdir -p build/stamps
if [ ! -d "$out" ] || [ "$now" != "$(cat build/stamps/image 2>/dev/null)" ]; then
    build_images
    sizes router extension/opt
    printf '%s\n' "$now" > build/stamps/image
fi
if [ "${1:-}" = --with-sdk ]; then
    build_sdk_image
    sizes router-sdk
fi
