"""Proofs with real processes: gunicorn, job worker and sandbox bank are started, raced, killed and counted.

    python -m tests.reliability.race --help
    python -m tests.reliability.killmatrix --help
    python -m tests.reliability.webhook_storm --help

Each has a small profile among the tests, and a negative control: the same harness with the protection taken off must
find the harm, else it would find nothing at all.
"""
