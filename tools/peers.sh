#!/usr/bin/env bash
# Makes .venv-peers: the actor systems and configuration libraries that the benchmarks compare with, apart from
# Gerald's own environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wanted=(
  "ray==2.60.0" "xoscar==0.12.2" "numpy"
  "pydantic==2.14.3" "pydantic-settings[yaml]==2.16.3" "dynaconf==3.3.5" "omegaconf==2.4.0" "pyyaml==6.0.3"
  "msgspec==0.22.0" "onnxruntime==1.32.0" "opencv-python-headless==5.0.0.93"  # for the same eyes as ours
)
stamp=.venv-peers/.ready
[ "$(cat "$stamp" 2>/dev/null || true)" != "${wanted[*]}" ] || exit 0
uv=$(command -v uv || echo .venv/bin/uv)
echo "benchmarks: installing the peers into .venv-peers (${wanted[*]})" >&2
"$uv" venv --quiet --allow-existing --python .venv/bin/python .venv-peers
"$uv" pip install --quiet --python .venv-peers/bin/python "${wanted[@]}"
echo "${wanted[*]}" >"$stamp"
