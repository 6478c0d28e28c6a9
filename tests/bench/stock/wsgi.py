from django.core.wsgi import get_wsgi_application

from tests.bench.meter import metered

application = metered(get_wsgi_application())
