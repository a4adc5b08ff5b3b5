class CoverError(Exception):
    """An address gives no cover that can be used. The message says why."""
