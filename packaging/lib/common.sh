# shellcheck shell=bash
# What the scripts of packaging/ share. Sourced, never executed.

repository=$(dirname "$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")")
packaging=$repository/packaging
# An unpacked kernel is 400 MB: it is kept outside the build tree and shared by clones.
cache=${EDGE_IPSEC_CACHE:-${XDG_CACHE_HOME:-/var/cache}/edge-ipsec-lab}
# The lab's peers whose packages cannot be installed.
export EDGE_IPSEC_LAB_PEERS=$cache/peers
export repository packaging cache

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }

# fail WHAT [WHAT-TO-DO...]
fail() {
    printf '\n%s: %s\n' "$(basename "$0")" "$1" >&2
    shift
    [ $# -eq 0 ] || printf '   %s\n' "$@" >&2
    exit 1
}

# Namespaces, packages and the view of the whole file system need root. The script starts again.
become_root() {
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null ||
        fail "this needs root, for network namespaces and packages, and there is no sudo here" \
            "Run it as root, for example: su -c '$0 $*'"
    note "This needs root, for network namespaces and packages: starting again with sudo."
    exec sudo --preserve-env=EDGE_IPSEC_CACHE,XDG_CACHE_HOME,TERM,http_proxy,https_proxy,no_proxy \
        "$(realpath "$0")" "$@"
}

# Runs a command as the person who called sudo, so that the build tree stays theirs.
as_caller() {
    if [ "$(id -u)" -eq 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
        sudo -H -u "$SUDO_USER" --preserve-env=JAVA_HOME,http_proxy,https_proxy,no_proxy -- "$@"
    else
        "$@"
    fi
}

# The home of a JDK of one version, or nothing: java_home 17
java_home() {
    local home
    for home in "/usr/lib/jvm/java-$1-openjdk-$(dpkg --print-architecture)" /usr/lib/jvm/*-"$1"-* /usr/lib/jvm/*-"$1"; do
        [ ! -x "$home/bin/javac" ] || {
            printf '%s\n' "$home"
            return
        }
    done
}

# The feature version of a compiler: 17, 25, ...
java_version() {
    "$1" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p'
}

# use_class_archive IMAGE: daemons of the application image start in half the time, from an archive
# that is recorded on this machine once, as recording takes minutes on an emulated one.
use_class_archive() {
    local image archive
    image=$(realpath "$1") || return 0
    [ -x "$image/bin/edge-ipsecd" ] || return 0 # the lab says what is missing
    # By content: the jars of every build bear the same date, so the JVM would not see that it is stale.
    archive=$repository/target/class-archive/$({
        "${JAVA_HOME:+$JAVA_HOME/bin/}java" -version
        echo "$image"
        cat "$image/bin/edge-ipsecd" "$image"/lib/*.jar
    } 2>&1 | sha256sum | cut -c 1-16).jsa
    if [ ! -e "$archive" ]; then
        note "recording a class archive, so that daemons start in half the time"
        as_caller rm -rf "$(dirname "$archive")"
        as_caller mkdir -p "$(dirname "$archive")"
        as_caller env EDGE_IPSECD_CLASS_ARCHIVE="$archive" "$image/bin/edge-ipsecd" --make-class-archive \
            >/dev/null || note "that failed, so they start slower"
    fi
    export EDGE_IPSECD_CLASS_ARCHIVE=$archive
}
