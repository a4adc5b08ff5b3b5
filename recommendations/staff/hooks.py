from recommendations.staff import jobs  # noqa: F401  (receives Celery's signals)
