"""The recommender itself: numpy in, numpy out. Nothing here knows of Django, Celery or HTTP."""
