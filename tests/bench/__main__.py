import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    os.environ["DOOR"] = "setup"
    django.setup()
    from tests.bench import checkouts, run

    # `python -m tests.bench` measures everything; `python -m tests.bench checkouts …` those alone.
    if sys.argv[1:2] != ["checkouts"]:
        run.main()
        checkouts.main([])
    else:
        checkouts.main(sys.argv[2:])
