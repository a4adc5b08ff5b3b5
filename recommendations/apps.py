from django.apps import AppConfig

from anirec.lib.subjects import load_hooks


class RecommendationsConfig(AppConfig):
    name = "recommendations"

    def ready(self) -> None:
        load_hooks(self.name)
