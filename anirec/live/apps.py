from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "anirec.live"

    def ready(self) -> None:
        from anirec.live import broadcast  # noqa: F401  (connects its receivers)
