from shop.wsgi import application as plain
from tests.bench.meter import metered

application = metered(plain)
