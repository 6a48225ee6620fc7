#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Links the run-time images from the JDK and build/modules; called by `./build.sh image`, which has compiled them and set JAVA_HOME.
#   build/image/router                 bin/lambda-dispatch-router and what it needs
#   build/image/extension/opt          what is copied to /opt of a Lambda image, or zipped as a layer
#   build/lambda-dispatch-layer.zip    that layer
#   build/image/extension/bin          lambda-dispatch-extension, which starts the same from any folder (by /bin/sh)
# The extension brings its own loader and C library, and asks nothing of the root that it is put into: no shell, no library, no /tmp.
# With --with-sdk, which has compiled build/modules-sdk and fetched build/sdk, also:
#   build/image/router-sdk             the router with the AWS SDK invoker: LAMBDA_DISPATCH_Invoker=sdk
# LAMBDA_DISPATCH_TARGET_JDK names another platform's JDK 25 to link for (its folder, unpacked): then without an AOT cache, since that
# takes a run on that platform. LAMBDA_DISPATCH_TARGET_ROOT is a root of that platform, for its loader and C library (Debian: libc6, unpacked).
set -euo pipefail

out=build/image
compress=${LAMBDA_DISPATCH_IMAGE_COMPRESS:-zip-0}
target=${LAMBDA_DISPATCH_TARGET_JDK:-}
root=${LAMBDA_DISPATCH_TARGET_ROOT:-}

# Classes that nothing here reaches, in packages that have to stay: the key tool, the launcher's translations, charsets
# of mainframes and of East Asia before UTF-8, calls into C, WebSockets.
never_loaded=$(printf '%s' /java.base/sun/security/tools/keytool/{Main,resources/keytool_}'*,' /java.base/sun/launcher/resources/'launcher_*,' \
    /java.base/sun/nio/cs/{Big5,EUC_,GB,HKSCS,IBM,JIS_,Johab,MS9,SJIS}'*,' /java.base/jdk/internal/foreign/abi/{BindingSpecializer,CallingSequence,SharedUtils}'*,' \
    /java.net.http/jdk/internal/net/http/websocket/{Builder,Message,OpeningHandshake,TransportImpl,WebSocketImpl}'*,')
never_loaded=${never_loaded%,}

# What the SDK's jars need of the JDK, as `jdeps --ignore-missing-deps --print-module-deps` says.
sdk_needs=java.logging,java.naming,java.security.jgss,java.xml,jdk.unsupported

state() {
    printf '%s\n' "$JAVA_HOME" "$compress" "$target" "$root"
    find build/modules docker/image.sh docker/Binaries.java docker/LayerZip.java docker/launch -type f -exec cksum {} + | LC_ALL=C sort -k 3
}

flags() { # program: its JVM flags on one line
    grep -v '^#' "docker/launch/$1.options" | tr '\n' ' '
}

link() { # program modules folder
    local program=$1
    shift
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
        --compress "$compress" --vm server --exclude-resources "$never_loaded" --add-options="$(flags "$program")" --output "$2"
    # For other programs than ours: a key tool, a view of the image for IDEs, signal chaining for embedders, names of classes for CDS, sorting with AVX-512.
    rm -f "$2/bin/keytool" "$2/lib/jrt-fs.jar" "$2/lib/libjsig.so" "$2/lib/server/libjsig.so" "$2/lib/jexec" "$2/lib/classlist" "$2/lib/libsimdsort.so"
    find "$2" -name '*.debuginfo' -delete # of JDKs that keep native debug symbols apart
}

# What is linked reads its options from a variable of ours: the JDK's own is the app's, should it be in Java.
binaries() { "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 docker/Binaries.java "$@"; }

put() { # program folder: its licence and launcher
    cp LICENSE "$2/LICENSE"
    binaries options "$2/bin/java"
}

build_images() {
    rm -rf "$out.new"
    link router lambdadispatch.router,lambdadispatch.aws,jdk.net "$out.new/router"
    put router "$out.new/router"
    cp docker/launch/lambda-dispatch-router "$out.new/router/bin/"
    local opt=$out.new/extension/opt home=$out.new/extension/opt/lambda-dispatch
    link extension lambdadispatch.extension "$home"
    put extension "$home"
    # It trusts one pinned certificate and no authority, never sets a cookie, and starts no process.
    rm -f "$home/lib/security/"{cacerts,public_suffix_list.dat,blocked.certs} "$home/lib/jspawnhelper"
    bring_c_library "$home"
    # Java apps are given these for themselves: an agent or a collector named there would keep the extension from starting.
    binaries ignore "$home/lib/server/libjvm.so" JAVA_TOOL_OPTIONS _JAVA_OPTIONS
    if [ -z "$target" ] && command -v strip >/dev/null; then # of what the layer holds, names of internal functions are what is missed least
        strip --strip-unneeded "$home"/bin/java "$home"/lib/*.so "$home/lib/server/libjvm.so"
    fi
    mkdir -p "$opt/extensions" "$out.new/extension/bin"
    cp docker/launch/lambda-dispatch-extension "$out.new/extension/bin/"
    if [ -z "$target" ]; then train; fi
    start_without_a_shell "$opt"
    rm -rf "$out"
    mv "$out.new" "$out"
    "$JAVA_HOME/bin/java" docker/LayerZip.java "$out/extension/opt" build/lambda-dispatch-layer.zip
}

# The kernel takes the first line's program and its one argument, and adds the file's own path, whose last part is the extension's name.
start_without_a_shell() { # opt
    local home=/opt/lambda-dispatch args=$1/lambda-dispatch/args
    if [ -f "$1/lambda-dispatch/lib/lambda-dispatch.aot" ]; then echo "-XX:AOTCache=$home/lib/lambda-dispatch.aot" >"$args"; else : >"$args"; fi
    printf '%s\n' -m lambdadispatch.extension/lambdadispatch.extension.Main >>"$args"
    printf '#!%s/bin/java @%s/args\n' "$home" "$home" >"$1/extensions/lambda-dispatch"
    chmod +x "$1/extensions/lambda-dispatch"
}

# Loader and C library, so that the root they are put into may have another one (musl, an older glibc) or none. bin/java's own search path, which comes before any
# variable, leads to lib/.
bring_c_library() { # home
    local loader folder file
    loader=$(binaries interpreter "$1/bin/java" /opt/lambda-dispatch/ld.so)
    [ -f "$root$loader" ] || { echo "There is no $root$loader: LAMBDA_DISPATCH_TARGET_ROOT must name a root of the platform that is linked for." >&2; exit 1; }
    cp -L "$root$loader" "$1/ld.so"
    folder=$(dirname "$(readlink -f "$root$loader")")
    for file in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1; do cp -L "$folder/$file" "$1/lib/"; done
    chmod 755 "$1/ld.so"
    chmod 644 "$1"/lib/lib*.so.[0-9]
    mkdir -p "$1/legal/glibc"
    local texts=0
    for file in "$root"/usr/share/doc/libc6/copyright "$root"/usr/share/licenses/glibc/* {"$root",}/usr/share/common-licenses/LGPL-2.1; do
        [ -f "$file" ] || continue
        cp -L "$file" "$1/legal/glibc/"
        texts=$((texts + 1))
    done
    [ $texts -gt 0 ] || { echo "The licence of the C library is not where Debian or Fedora has it: it must lie beside the library." >&2; exit 1; }
    {
        echo "ld.so and lib/{libc.so.6,libm.so.6,libdl.so.2,libpthread.so.0,librt.so.1} are the GNU C Library's, unchanged (LGPL-2.1-or-later):"
        c_library_says "$1/lib/libc.so.6"
        echo "Any other build of it that has these versions of its symbols may be put in their place."
    } >"$1/legal/glibc/NOTICE"
}

c_library_says() { # libc: the line that it says of itself
    LC_ALL=C grep -a -o 'GNU C Library ([^)]*) [a-z]* release version [0-9.]*' "$1" | head -n 1
}

# The SDK's jars are automatic modules, which can not be linked: they lie beside the run-time image, in which there is more of the JDK. No AOT
# cache: it would hold for these jars in this order only, and gives least where most of the time goes to the SDK's own start.
build_sdk_image() {
    local to=$out/router-sdk
    rm -rf "$to" "$to.new"
    link router "lambdadispatch.router,lambdadispatch.aws,jdk.net,$sdk_needs" "$to.new"
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
    cache router "$out.new/router" "$out.new/router/bin/java"
    local home=$out.new/extension/opt/lambda-dispatch
    cache extension "$home" "$home/ld.so" "$home/bin/java"
}

cache() { # name home java...
    local name=$1 home=$2 said
    shift 2
    [ -f "build/aot/$name.classes" ] || { tail -n 25 build/aot/log >&2; echo "the $name left no record of its rehearsal" >&2; exit 1; }
    { grep -v '^[@#]' "build/aot/$name.classes"; grep '^@lambda' "build/aot/$name.classes"; grep '^@cp' "build/aot/$name.classes"; } >"build/aot/$name.list"
    said=0
    "$@" -Xshare:dump -XX:+AOTClassLinking "-XX:SharedClassListFile=build/aot/$name.list" \
        "-XX:SharedArchiveFile=$home/lib/lambda-dispatch.aot" -m "lambdadispatch.$name/lambdadispatch.$name.Main" >>build/aot/log 2>&1 || said=$?
    [ $said = 0 ] || { tail -n 25 build/aot/log >&2; echo "the AOT cache of the $name could not be made" >&2; exit 1; }
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
