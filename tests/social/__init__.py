import pytest

pytest.register_assert_rewrite(
    "tests.social.looks", "tests.social.looks_by_pages", "tests.social.looks_by_api", "tests.social.deeds"
)
