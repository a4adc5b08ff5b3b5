"""The web process: the site, its compressed static files with long expiry, and WebSockets."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anirec.settings")
os.environ.setdefault("DATABASE_POOL", "8")

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic.asgi import ServeStaticASGI


class OneThreadHandler(ASGIHandler):
    """Runs a request's middleware and view in one thread: all of them are synchronous, and Django would change
    threads twice for each."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402

from anirec.live.urls import sockets  # noqa: E402

site = ServeStaticASGI(OneThreadHandler(), root=settings.STATIC_ROOT, prefix=settings.STATIC_URL)
application = ProtocolTypeRouter({"http": site, "websocket": sockets})

# Everything loaded by now stays in memory: freeze it, so that the garbage collector skips it and runs less often.
# Otherwise one request in twenty waits some 30 ms for it.
gc.freeze()
gc.set_threshold(20_000, 20, 50)
