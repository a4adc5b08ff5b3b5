"""The recommender: numpy in, numpy out, independent of Django, Celery and HTTP."""
