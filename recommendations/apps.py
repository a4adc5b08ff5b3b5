from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    name = "recommendations"

    def ready(self) -> None:
        from recommendations import refreshing  # noqa: F401  (connects its receiver)
        from recommendations.experiments import collecting  # noqa: F401  (connects its receiver)
        from recommendations.staff import jobs  # noqa: F401  (connects its receivers)
