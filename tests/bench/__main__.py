import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    os.environ["DOOR"] = "setup"
    django.setup()
    from tests.bench import checkouts, orders, photos, run

    # Without arguments everything is measured; `checkouts …`, `orders` and `photos …` measure those alone.
    alone = {"checkouts": checkouts.main, "orders": orders.main, "photos": photos.main}.get(
        " ".join(sys.argv[1:2])
    )
    if alone is not None:
        alone(sys.argv[2:])
    else:
        run.main()
        checkouts.main([])
        photos.main([])
        orders.main([])
