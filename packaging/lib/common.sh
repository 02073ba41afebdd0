# shellcheck shell=bash
# What the scripts of packaging/ share: telling the user what happens, becoming root, and installing
# Debian packages without leaving their services running. Sourced, never executed.

repository=$(dirname "$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")")
readonly repository

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
fail() {
    printf '\n%s: %s\n' "$(basename "$0")" "$1" >&2
    shift
    [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
    exit 1
}

# Namespaces, QEMU's view of the whole file system and apt all need root.
become_root() {
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null ||
        fail "this needs root, and there is no sudo here" \
            "Run it as root, for example: su -c '$0 $*'"
    note "This needs root (network namespaces, packages): starting again with sudo."
    exec sudo --preserve-env=EDGE_IPSEC_CACHE,EDGE_IPSEC_RESULTS,EDGE_IPSEC_LAB,http_proxy,https_proxy \
        -- "$0" "$@"
}

# Runs a command as the person who called sudo, so that the build tree stays theirs.
as_caller() {
    if [ "$(id -u)" -eq 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
        sudo -H -u "$SUDO_USER" -- "$@"
    else
        "$@"
    fi
}

# A cache that survives `mvn clean` and is shared by clones: an unpacked kernel is 400 MB.
cache_directory() {
    printf '%s\n' "${EDGE_IPSEC_CACHE:-${XDG_CACHE_HOME:-/var/cache}/edge-ipsec-lab}"
}
