"""The web process: the site, its compressed static files with long expiry, health checks, metrics, and WebSockets."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anirec.settings")
os.environ.setdefault("DATABASE_POOL", "8")
# Requests already share the processors. With threads of its own, a small product waits for them when these are busy:
# a live list took 200 ms beside a rebuild instead of 70.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import django
from django.conf import settings
from servestatic.asgi import ServeStaticASGI

django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware  # noqa: E402

from anirec.lib.telemetry import metrics  # noqa: E402
from anirec.live.urls import sockets  # noqa: E402
from anirec.monitoring.exporter import MetricsEndpoint  # noqa: E402
from anirec.server import allocator  # noqa: E402
from anirec.server.handler import BoundedHandler  # noqa: E402
from anirec.server.health import HealthChecks  # noqa: E402
from anirec.server.warm_up import start_warming_up  # noqa: E402

allocator.keep_little()  # before any thread is started
metrics.share("web")
site = ServeStaticASGI(BoundedHandler(), root=settings.STATIC_ROOT, prefix=settings.STATIC_URL)
router = ProtocolTypeRouter({"http": MetricsEndpoint(HealthChecks(site)), "websocket": sockets})
# The only place that reads X-Forwarded-*: behind it, a request's scheme and REMOTE_ADDR are the caller's.
application = ProxyHeadersMiddleware(router, trusted_hosts=settings.TRUSTED_PROXIES)

# Everything loaded by now stays in memory: freeze it, so that the garbage collector skips it and runs less often.
# Otherwise one request in twenty waits some 30 ms for it.
gc.freeze()
gc.set_threshold(20_000, 20, 50)
start_warming_up()
