"""The sandbox bank: a process of its own that speaks the wire of Stripe and of Zarinpal.

It moves no money. It keeps its state in one SQLite file and each movement of (pretended) money as a
line of `capture.jsonl`, so that a demo can be paid and a test can count what was captured, even
after a kill. It imports nothing of the shop, and the shop imports nothing of it.
"""
