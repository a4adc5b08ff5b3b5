from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        import accounts.guests
        import accounts.portability.about
        import accounts.webhooks  # noqa: F401  (connects its receiver)
