from django.apps import AppConfig

from anirec.lib.subjects import load_hooks


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        load_hooks(self.name)
