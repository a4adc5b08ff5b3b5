from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        import accounts.guests  # noqa: F401  (connects its receiver)
        import accounts.portability.about  # noqa: F401  (registers its section)
        import accounts.webhooks  # noqa: F401  (connects its receiver)
