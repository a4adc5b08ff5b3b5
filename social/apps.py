from django.apps import AppConfig


class SocialConfig(AppConfig):
    name = "social"

    def ready(self) -> None:
        import social.activities
        import social.own_things
        import social.plan_export
        import social.plans
        import social.portability  # noqa: F401  (registers its section)
