from tests.push import new_browser, push_service, turn_on  # noqa: F401  (fixtures)
