from recommendations.experiments import collecting  # noqa: F401  (connects the list signal)
