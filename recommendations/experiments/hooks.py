from recommendations.experiments import collecting  # noqa: F401  (receives changes of lists)
