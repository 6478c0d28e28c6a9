import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    os.environ["DOOR"] = "setup"
    django.setup()
    from tests.bench.run import main

    main()
