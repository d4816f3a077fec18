"""What a browser is told of every answer: nothing from elsewhere, no script in a page, no frame, kept nowhere."""

CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("content-security-policy", CONTENT),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
)
STRICT = ("strict-transport-security", "max-age=2592000")
"""By TLS only from now on: see Place.is_strict."""
KEPT_NOWHERE = ("cache-control", "no-store")
"""For whatever does not say itself how long it may be kept."""
