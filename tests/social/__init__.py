import pytest

pytest.register_assert_rewrite(
    "tests.social.visibility.visibility_checks",
    "tests.social.visibility.page_checks",
    "tests.social.visibility.api_checks",
    "tests.social.visibility.action_checks",
)
