# The package index that pip was told of, for uv: sourced by setup.sh and wine.sh.

index_from_pip() { # interpreter that has pip
  # uv reads no pip.conf; whoever configured an index or a certificate for pip means it for this too
  local value
  if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    value=${PIP_INDEX_URL:-$("$1" -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$value" ] || export UV_DEFAULT_INDEX=$value
  fi
  if [ -z "${SSL_CERT_FILE:-}" ]; then
    value=${PIP_CERT:-$("$1" -m pip config get global.cert 2>/dev/null || true)}
    [ -z "$value" ] || export SSL_CERT_FILE=$value
  fi
}
