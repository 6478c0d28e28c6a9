from oscar.apps.checkout import apps


class CheckoutConfig(apps.CheckoutConfig):
    """Oscar's checkout as it ships, but for a payment that reaches a bank when the bench has one."""

    name = "tests.bench.stock.checkout"
