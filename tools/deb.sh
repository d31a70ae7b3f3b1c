#!/bin/bash
# Builds sekisho_VERSION_ARCH.deb in build-deb/ with dpkg-deb, for the Debian release it runs on.
set -eu
cd "$(dirname "$0")/.."
rm -rf build-deb
root=build-deb/root
make -s install BUILD=build-deb PREFIX=/usr MESON_ARGS='--buildtype release' \
	DESTDIR="$PWD/$root" >/dev/null
version=$(sed -n "s/.*version: '\([0-9.]*\)'.*/\1/p" meson.build | head -1)
arch=$(dpkg --print-architecture)
install -D -m 644 packaging/sekisho.service "$root/lib/systemd/system/sekisho.service"
install -D -m 644 packaging/sysusers.conf "$root/usr/lib/sysusers.d/sekisho.conf"
install -d "$root/DEBIAN"
# The packages that own the libraries the program is linked with. A package may name its files in
# /lib although /lib is /usr/lib today.
needs=$(ldd "$root/usr/bin/sekisho" "$root"/usr/libexec/sekisho/* | awk '$3 ~ /^\// { print $3 }' | while read -r lib; do
	lib=$(readlink -f "$lib")
	{ dpkg -S "$lib" || dpkg -S "${lib#/usr}"; } 2>/dev/null
done | sed 's/:.*//' | sort -u | paste -sd, | sed 's/,/, /g')
cat >"$root/DEBIAN/control" <<EOF
Package: sekisho
Version: $version
Architecture: $arch
Maintainer: Sekisho maintainers <sekisho@example.org>
Section: net
Priority: optional
Depends: $needs
Description: checkpoint between a municipality's networks
 Carries documents from one network of a municipality to another: sanitised by
 rebuilding, recognised by an independent verifier, decided by the city's
 security policy, on a record that cannot be quietly changed.
EOF
cat >"$root/DEBIAN/postinst" <<'EOF'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
	# Names only; without systemd the numbers do.
	if command -v systemd-sysusers >/dev/null; then
		systemd-sysusers sekisho.conf
	fi
	install -d -m 755 /var/lib/sekisho
fi
EOF
chmod 755 "$root/DEBIAN/postinst"
dpkg-deb --root-owner-group --build "$root" "build-deb/sekisho_${version}_$arch.deb"
