from django.apps import AppConfig

from anirec.lib.subjects import load_hooks


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        load_hooks(self.name)
