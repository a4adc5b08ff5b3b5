from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.page_parts import everybodys_part_changed, part_changed, register_part
from accounts.signals import list_changed
from recommendations.models import ModelVersion
from recommendations.signals import published


def version_of_recommendations(member: User) -> str:
    version = ModelVersion.active()
    return f"{version.pk if version else 0}.{member.list_version}"


register_part("recommendations", version_of_recommendations)


@receiver(list_changed, dispatch_uid="recommendations_part")
def refresh_own_pages(user_id: int, **_: Any) -> None:
    part_changed("recommendations", lambda: [user_id])


@receiver(published, dispatch_uid="recommendations_part_of_all")
def refresh_all_pages(**_: Any) -> None:
    everybodys_part_changed("recommendations")
