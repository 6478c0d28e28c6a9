"""What the harness's gunicorn serves: the storefront as it is, taking orders to die, one guard off in a control."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from tests.reliability import arming, unguarded

# No manifest: the files are read as they are, without collecting them first.
settings.STORAGES = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

application = arming.armed(get_wsgi_application())
unguarded.take_off(os.environ["RELIABILITY_WITHOUT"])
