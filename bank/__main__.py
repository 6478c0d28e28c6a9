"""python -m bank --port 8002 --data .local/bank --hook http://127.0.0.1:8000/… --secret …"""

import argparse
import ipaddress
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from bank.routes import Config
from bank.server import serve

OFF = ("", "0", "false", "no", "off")


def reason_to_refuse(environment: Mapping[str, str], host: str) -> str:
    """Why this bank must not start here; "" when it may."""
    if environment.get("PRODUCTION", "").lower() not in OFF:
        return "PRODUCTION is set: a sandbox that moves no money must not stand in for a bank."
    if environment.get("STRIPE_API_KEY", "").startswith(("sk_live_", "rk_live_")):
        return "STRIPE_API_KEY is a live key."
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    return "" if is_loopback else f"{host} is not a loopback address."


def read_arguments(argv: list[str]) -> Config:
    parser = argparse.ArgumentParser(prog="bank", description="The sandbox bank: moves no money.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="folder for its state")
    parser.add_argument("--hook", default="", help="where webhooks go")
    parser.add_argument(
        "--secret",
        default=os.environ.get("STRIPE_WEBHOOK_SECRET", ""),
        help="signs the webhooks (STRIPE_WEBHOOK_SECRET)",
    )
    parser.add_argument("--merchant", default="", help="the shop's name on the page")
    parser.add_argument("--zarinpal-merchant", default="", help="refuse every other merchant id")
    parser.add_argument("--late", type=float, default=20, help="seconds of a late answer")
    parser.add_argument("--shortest-session", type=int, default=1800, help="seconds; Stripe's rule")
    parser.add_argument(
        "--any-deadline",
        action="store_true",
        help="take a deadline that is over as a day from now: for tests whose clock stands still",
    )
    parser.add_argument("--font", type=Path, default=Path("shop/static/fonts/vazirmatn.woff2"))
    return Config(**vars(parser.parse_args(argv)))


def main() -> None:
    config = read_arguments(sys.argv[1:])
    if reason := reason_to_refuse(os.environ, config.host):
        sys.exit(f"The sandbox bank does not start. {reason}")
    if config.hook and not config.secret:
        sys.exit("The sandbox bank does not start. --hook needs --secret to sign with.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    serve(config)


if __name__ == "__main__":
    main()
