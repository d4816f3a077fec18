#!/usr/bin/env bash
# Installs the browser that `make test-page` drives, where it is missing and may be installed; says the command where not.
set -euo pipefail
command -v chromium >/dev/null && command -v chromedriver >/dev/null && exit 0
packages=(chromium chromium-driver)
install=(apt-get install -y -q --no-install-recommends "${packages[@]}")
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${packages[*]}"
  "${install[@]}" >/dev/null || { apt-get update -q >/dev/null && "${install[@]}" >/dev/null; }
else
  echo "the page is tested in a browser: sudo ${install[*]}" >&2
  exit 1
fi
