from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "anirec.monitoring"

    def ready(self) -> None:
        from anirec.monitoring import error_reports, messages  # noqa: F401  (connects Celery's signals)

        error_reports.start()
