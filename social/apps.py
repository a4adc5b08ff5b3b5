from django.apps import AppConfig

from anirec.lib.subjects import load_hooks


class SocialConfig(AppConfig):
    name = "social"

    def ready(self) -> None:
        load_hooks(self.name)
