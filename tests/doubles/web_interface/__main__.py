"""The mock by hand: python -m tests.doubles.web_interface [--every SECONDS] [--second totp|emailOtp|none]

Prints what to configure; asks for friendship now and then, and prints every request."""

import argparse
import time

from tests.doubles.web_interface.server import WebInterface
from tests.doubles.web_interface.service import EMAIL_CODE, NAME, PASSWORD, TOTP_SECRET, Service


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--every", type=float, default=20.0, help="seconds between two requests for friendship"
    )
    parser.add_argument("--second", choices=("totp", "emailOtp", "none"), default="totp")
    options = parser.parse_args()
    service = Service("" if options.second == "none" else options.second)
    with WebInterface(service) as interface:
        print(f"vrchat:\n  api_url: {interface.api_url}\n  pipeline_url: {interface.pipeline_url}")
        print(
            f"  username: {NAME!r}\n  password: {PASSWORD!r}\n  contact: you@example.org\n  api_enabled: true"
        )
        print(f"# totp_secret: {TOTP_SECRET}; the code by e-mail is {EMAIL_CODE}", flush=True)
        shown, number, next_at = 0, 0, time.monotonic() + options.every
        while True:
            with interface.news:
                interface.news.wait(5.0)
                for one in service.asked[shown:]:
                    print(one.method, one.path, one.status, flush=True)
                shown = len(service.asked)
            if time.monotonic() >= next_at:
                number, next_at = number + 1, time.monotonic() + options.every
                interface.do(lambda service, who=number: service.befriend(who, time.time()))


if __name__ == "__main__":
    main()
