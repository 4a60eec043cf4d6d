# Installs missing system packages, and never removes, restarts or starts anything to do so.

# Says what is wrong and ends the run.
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Succeeds when the Debian package $1 is installed completely.
installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Runs apt-get with a patient lock and without questions.
apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

# Runs "$@" while packages are kept from starting their services (Debian's policy-rc.d).
without_services() {
    local policy=/usr/sbin/policy-rc.d status=0
    if [ -e "$policy" ]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    # A signal must not leave the machine unable to start its own services.
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT INT TERM
    "$@" || status=$?
    rm -f "$policy"
    trap - EXIT INT TERM
    return "$status"
}

# Installs those of "$@" that are missing.
#
# --no-remove: a mail server that is already on this machine conflicts with some packages, and a
# trial must never uninstall it.
need_packages() {
    local missing=() name
    for name in "$@"; do
        installed "$name" || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "these packages are missing and there is no apt-get: ${missing[*]}"
    [ "$(id -u)" = 0 ] ||
        fail "these packages are missing, please run as root: apt-get install ${missing[*]}"
    printf 'installing %s\n' "${missing[*]}"
    local install=(without_services apt install -y --no-install-recommends --no-remove)
    "${install[@]}" "${missing[@]}" >/dev/null 2>&1 && return 0
    apt update >/dev/null || fail "apt-get update failed"
    "${install[@]}" "${missing[@]}" >/dev/null || fail "apt-get could not install ${missing[*]}"
}

# Has program $1 of Debian package $2 at hand: installed, or unpacked below .build/packages, in the
# version of package $3, which both need and no one minds.
#
# It is unpacked, not installed: IMAP servers conflict with one another, and apt would remove one.
need_unpacked() {
    local program=$1 package=$2 core=$3 version folder=.build/packages/$2
    need_packages "$core"
    [ -x "$program" ] && return 0
    version=$(dpkg-query -W -f '${Version}' "$core")
    [ "$(cat "$folder/version" 2>/dev/null)" = "$version" ] && return 0
    rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$folder" && unpack "$package" "$version")
    printf '%s\n' "$version" >"$folder/version"
}

unpack() {
    printf 'unpacking %s %s (not installed)\n' "$1" "$2"
    apt download "$1=$2" >/dev/null 2>&1 ||
        { apt update >/dev/null && apt download "$1=$2" >/dev/null; } ||
        fail "cannot download $1 $2"
    dpkg -x "$1"_*.deb .
    rm -f "$1"_*.deb
}

need_dovecot_imap() { need_unpacked /usr/lib/dovecot/imap dovecot-imapd dovecot-core; }
need_cyrus_imap() { need_unpacked /usr/lib/cyrus/bin/imapd cyrus-imapd cyrus-common; }

# Requires a Swift toolchain of at least 6.3.
need_swift() {
    command -v swift >/dev/null ||
        fail "there is no 'swift' in PATH; a Swift 6.3 toolchain is needed (swift.org/install)"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p')
    printf '6.3\n%s\n' "$version" | sort -CV ||
        fail "Swift 6.3 or newer is needed, 'swift' is ${version:-of an unknown version}"
}

# What building takes, and what the parts beside Postern take.
BUILD_PACKAGES=(libssl-dev libpam0g-dev libseccomp-dev zlib1g-dev libsqlite3-dev pkg-config)
PART_PACKAGES=(python3 openssl curl libpam-pwdfile)
