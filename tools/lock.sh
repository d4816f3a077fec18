#!/usr/bin/env bash
# Renews tools/constraints.txt: the newest versions that pyproject.toml permits, for every Python and system at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
new=$(mktemp)
trap 'rm -f "$new"' EXIT
uv=$(command -v uv || echo .venv/bin/uv)
echo "# The versions that are tried together, for every Python and system; made by \`make lock\`." >"$new"
"$uv" pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate --no-header --all-extras pyproject.toml >>"$new"
cp "$new" tools/constraints.txt
