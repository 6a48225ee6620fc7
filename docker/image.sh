#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Links the run-time images from the JDK and build/modules; called by `./build.sh image`, which has compiled them and set JAVA_HOME.
#   build/image/router                 bin/lambda-dispatch-router and what it needs
#   build/image/extension/opt          what is copied to /opt of a Lambda image, or zipped as a layer
#   build/lambda-dispatch-layer.zip    that layer
#   build/image/extension/bin          lambda-dispatch-extension, which starts the same from any folder (by /bin/sh)
# The extension brings its own loader and C library, and asks nothing of the root that it is put into: no shell, no library, no /tmp.
# With --rehearse also docker/launch/*.classes, the JDK's part of what the AOT caches hold; the images are then made of the new ones.
# With --with-sdk, which has compiled build/modules-sdk and fetched build/sdk, also:
#   build/image/router-sdk             the router with the AWS SDK invoker: LAMBDA_DISPATCH_Invoker=sdk
# With --again all but the SDK's is made once more, in build/again, and compared: the same source gives the same files, to the octet.
# LAMBDA_DISPATCH_TARGET_JDK names another platform's JDK 25 to link for (its folder, unpacked): then without an AOT cache, since that
# takes a run on that platform. LAMBDA_DISPATCH_TARGET_ROOT is a root of that platform, for its loader and C library (Debian: libc6, unpacked).
set -euo pipefail

out=build/image
layer=build/lambda-dispatch-layer.zip
compress=${LAMBDA_DISPATCH_IMAGE_COMPRESS:-zip-0}
target=${LAMBDA_DISPATCH_TARGET_JDK:-}
root=${LAMBDA_DISPATCH_TARGET_ROOT:-}

# Classes that nothing here reaches, in packages that have to stay: the key tool, the launcher's translations, charsets
# of mainframes and of East Asia before UTF-8, calls into C, WebSockets.
never_loaded=$(printf '%s' /java.base/sun/security/tools/keytool/{Main,resources/keytool_}'*,' /java.base/sun/launcher/resources/'launcher_*,' \
    /java.base/sun/nio/cs/{Big5,EUC_,GB,HKSCS,IBM,JIS_,Johab,MS9,SJIS}'*,' /java.base/jdk/internal/foreign/abi/{BindingSpecializer,CallingSequence,SharedUtils}'*,' \
    /java.net.http/jdk/internal/net/http/websocket/{Builder,Message,OpeningHandshake,TransportImpl,WebSocketImpl}'*,')
never_loaded=${never_loaded%,}

# The extension has a budget, and needs less: it names no characters, prints, rewrites and verifies no class files, calls no C, shows no names of languages and time
# zones, has no HttpURLConnection, and its TLS neither lattices nor passwords. (The router takes keys with passwords, and the AWS SDK has its own ways.) Each package
# keeps a class, since a module names its packages.
never_in_the_extension=$never_loaded$(printf '%s' ,/java.base/java/lang/uniName.dat \
    ,/java.base/jdk/internal/classfile/impl/{verifier/VerifierImpl,verifier/ParserVerifier,ClassPrinterImpl,ClassRemapperImpl}'*' \
    ,/java.base/jdk/internal/foreign/abi/{'**/*CallArranger*','fallback/FallbackLinker*'} \
    ,/java.base/sun/util/resources/{,cldr/}{LocaleNames,TimeZoneNames}'*' ,/java.base/sun/security/util/resources/{auth,security}_'*' \
    ,/java.base/sun/net/www/protocol/http/HttpURLConnection'*' ,/java.base/{sun/security,com/sun/crypto}/provider/ML_'*' ,/java.base/com/sun/crypto/provider/PBE'*')

# What the SDK's jars need of the JDK, as `jdeps --ignore-missing-deps --print-module-deps` says.
sdk_needs=java.logging,java.naming,java.security.jgss,java.xml,jdk.unsupported

state() {
    printf '%s\n' "$JAVA_HOME" "$compress" "$target" "$root"
    find build/modules docker/image.sh docker/*.java docker/launch -type f -exec cksum {} + | LC_ALL=C sort -k 3
}

flags() { # program: its JVM flags on one line
    grep -v '^#' "docker/launch/$1.options" | tr '\n' ' '
}

link() { # program modules folder
    local program=$1
    shift
    local from=build/modules strip=() host=() without=$never_loaded
    if [ "$program" = extension ]; then without=$never_in_the_extension; fi
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
        --compress "$compress" --vm server --exclude-resources "$without" --add-options="$(flags "$program")" --output "$2"
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
    # What C++ exceptions and debuggers find their way back by: HotSpot throws none, and reads frame pointers where it prints a stack.
    binaries blank "$home/lib/server/libjvm.so" .eh_frame .eh_frame_hdr
    mkdir -p "$opt/extensions" "$out.new/extension/bin"
    cp docker/launch/lambda-dispatch-extension "$out.new/extension/bin/"
    if [ -z "$target" ]; then train; fi
    start_without_a_shell "$opt"
    rm -rf "$out"
    mv "$out.new" "$out"
    "$JAVA_HOME/bin/java" docker/LayerZip.java "$out/extension/opt" "$layer"
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
    bring_what_other_jdks_need "$1" "$folder"
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

# Temurin's JDK asks for nothing but the C library, Debian's for three libraries more.
bring_what_other_jdks_need() { # home folder
    local name package from
    for name in libz.so.1:zlib1g libgcc_s.so.1:libgcc-s1 libstdc++.so.6:libstdc++6; do
        package=${name#*:} name=${name%%:*}
        grep -qaF "$name" "$1/bin/java" "$1"/lib/*.so "$1/lib/server/libjvm.so" || continue
        from=$(find "$2" "$root/usr/lib" "$root/lib" -name "$name" 2>/dev/null | head -n 1)
        [ -n "$from" ] || { echo "This JDK needs $name, which is not below ${root:-/}: Debian has it in the package $package." >&2; exit 1; }
        [ -f "$root/usr/share/doc/$package/copyright" ] || { echo "The licence of $name must lie beside it: Debian has it as /usr/share/doc/$package/copyright (a link to gcc-…-base's)." >&2; exit 1; }
        cp -L "$from" "$1/lib/"
        mkdir -p "$1/legal/$package"
        cp -L "$root/usr/share/doc/$package/copyright" "$1/legal/$package/"
    done
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

# Each cache is made from a list that is the same for the same image (docker/AotList.java): our own classes, and of the JDK's those in docker/launch/*.classes.
# So no run of this machine's decides what is in it. (From JEP 515's record, profiles included, the caches would be 2.5 MB larger and starts 170 ms of CPU slower.)
train() {
    rm -rf build/aot
    mkdir -p build/aot
    local home
    for home in "$out.new/router" "$out.new/extension/opt/lambda-dispatch"; do cache "$home" "$home/lib/lambda-dispatch.aot"; done
}

cache() { # home file
    local home=$1 file=$2 name=router java=("$1/bin/java") rare=()
    if [ -x "$home/ld.so" ]; then # what serves HTTP there serves apps that ask for HOLD_PORT: a hundred classes, and 1 MB of memory for everyone
        name=extension java=("$home/ld.so" "$home/bin/java") rare=(lambdadispatch/extension/HoldPort)
    fi
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --add-exports java.base/jdk.internal.jimage=ALL-UNNAMED \
        docker/AotList.java "$home" "docker/launch/$name.classes" "lambdadispatch/$name/Main" ${rare[@]+"${rare[@]}"} >"build/aot/$name.list"
    dump "$name" "$file" "${java[@]}"
    dump "$name" "$file.second" "${java[@]}"
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC docker/AotCache.java "$file" "$file.second" 2>&1 | tee -a build/aot/log >&2
    rm "$file.second"
}

# A table of strings that grows meanwhile would lie in the cache in an order of its own each time: it is as large as in other JVMs from the start. And what is
# softly referenced stays, however long it takes: on a busy machine a lambda form that had been forgotten was missing.
dump() { # name file java...
    local name=$1 file=$2 said=0
    shift 2
    "$@" -Xshare:dump -XX:+AOTClassLinking -XX:StringTableSize=65536 -XX:SoftRefLRUPolicyMSPerMB=100000000 "-XX:SharedClassListFile=build/aot/$name.list" \
        "-XX:SharedArchiveFile=$file" -m "lambdadispatch.$name/lambdadispatch.$name.Main" >>build/aot/log 2>&1 || said=$?
    [ $said = 0 ] || { tail -n 25 build/aot/log >&2; echo "the AOT cache of the $name could not be made" >&2; exit 1; }
}

# Writes docker/launch/*.classes anew: the local stack runs once on the images while the JVMs list what they load and link. For another JDK, or when what
# our programs use of it has changed much. Only the JDK's part is kept, since ours is found in the image.
rehearse() {
    local record=build/rehearsal name
    rm -rf "$record"
    mkdir -p "$record"
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -p build/modules \
        -m lambdadispatch.emulator/lambdadispatch.emulator.Rehearsal "$out" "$PWD/$record" >"$record/log" 2>&1 \
        || { tail -n 25 "$record/log" >&2; echo "the rehearsal failed" >&2; exit 1; }
    for name in router extension; do
        [ -f "$record/$name.classes" ] || { tail -n 25 "$record/log" >&2; echo "the $name left no record of its rehearsal" >&2; exit 1; }
        {
            echo "# SPDX-License-Identifier: MIT"
            echo "# What the $name uses of the JDK: \`./build.sh image --rehearse\` writes this file."
            sed 's/ id: .*//' "$record/$name.classes" | grep -v '^#\|^@cp\|lambdadispatch' | LC_ALL=C sort -u
        } >"docker/launch/$name.classes"
    done
}

sizes() { # folder...
    local folder
    for folder in "$@"; do
        printf '%-40s %5.1f MB, as tar.gz %5.1f MB\n' "$out/$folder" "$(du -sk "$out/$folder" | awk '{print $1/1024}')" \
            "$(tar -c -C "$out/$folder" . | gzip -9 | wc -c | awk '{print $1/1e6}')"
    done
}

# The name, permissions, link and digest of each file, one a line.
contents() { # folder file...
    (cd "$1" && find . \( -type f -o -type l \) -printf '%P %m %l ' \( -type l -printf '\n' -o -exec sha256sum {} \; \) | cut -d ' ' -f 1-4 | LC_ALL=C sort)
    sha256sum "$2" | cut -d ' ' -f 1
}

again() {
    local first
    first=$(contents "$out" "$layer")
    out=build/again layer=build/again.zip
    build_images
    if ! diff <(printf '%s\n' "$first") <(contents "$out" "$layer") >&2; then
        echo "The images of two runs differ; the lines above name the files." >&2
        exit 1
    fi
    echo "Made twice, $(printf '%s\n' "$first" | wc -l) files are the same; the layer's SHA-256 is $(printf '%s\n' "$first" | tail -n 1)."
    rm -rf build/again build/again.zip
}

if [ "${1:-}" = --cache ]; then # for tests: the AOT cache of an image made once more, as `docker/image.sh --cache HOME FILE`
    cache "$2" "$3"
    exit
fi
now=$(state)
mkdir -p build/stamps
if [ ! -d "$out" ] || [ "$now" != "$(cat build/stamps/image 2>/dev/null)" ]; then
    build_images
    sizes router extension/opt
    printf '%s\n' "$now" > build/stamps/image
fi
if [ "${1:-}" = --rehearse ]; then
    rehearse
    exec bash "${BASH_SOURCE[0]}"
fi
if [ "${1:-}" = --again ]; then again; fi
if [ "${1:-}" = --with-sdk ]; then
    build_sdk_image
    sizes router-sdk
fi
