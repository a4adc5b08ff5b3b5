"""The web process: the site, its compressed static files with long expiry, health checks, and WebSockets."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anirec.settings")
os.environ.setdefault("DATABASE_POOL", "8")

import django
from django.conf import settings
from servestatic.asgi import ServeStaticASGI

django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402

from anirec.live.urls import sockets  # noqa: E402
from anirec.server.handler import BoundedHandler  # noqa: E402
from anirec.server.health import HealthChecks  # noqa: E402

site = ServeStaticASGI(BoundedHandler(), root=settings.STATIC_ROOT, prefix=settings.STATIC_URL)
application = ProtocolTypeRouter({"http": HealthChecks(site), "websocket": sockets})

# Everything loaded by now stays in memory: freeze it, so that the garbage collector skips it and runs less often.
# Otherwise one request in twenty waits some 30 ms for it.
gc.freeze()
gc.set_threshold(20_000, 20, 50)
