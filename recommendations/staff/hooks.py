from recommendations.staff import jobs  # noqa: F401  (connects Celery's signals)
