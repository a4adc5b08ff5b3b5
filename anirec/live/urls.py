from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import CookieMiddleware
from django.urls import path

from anirec.live import views
from anirec.live.consumer import PageConsumer

app_name = "live"
urlpatterns = [path("live/", views.live, name="state")]
sockets = AllowedHostsOriginValidator(
    CookieMiddleware(URLRouter([path("live/socket/", PageConsumer.as_asgi(), name="socket")]))
)
