from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal_data import register_personal_data
from accounts.portability.sections import Section, register
from social.models.profiles import Profile
from social.moderation.targets import Reportable, register_target
from social.people.queries import visible_member
from social.profiles.export import export_profile, restore_profile, undo_profile
from social.profiles.queries import profiles_visible_to
from social.profiles.writing import delete_files, set_removed


def reportable_profile(viewer: User, username: str) -> Profile:
    """Return the profile of a member, if the viewer can see its picture or its text."""
    profiles = Profile.objects.filter(member=visible_member(username, viewer), is_removed=False)
    is_seen = ~Q(picture="") | Q(~Q(bio=""), pk__in=profiles_visible_to(viewer))
    return get_object_or_404(profiles.filter(is_seen).select_related("member"))


register(Section("profile", export_profile, restore_profile, undo_profile))
register_personal_data("profile", lambda user: Profile.objects.filter(member=user), "bio", "picture", "is_removed")
register_target(
    Reportable(
        "profile",
        _("Profiles"),
        Profile,
        reportable_profile,
        related=("profile__member",),
        set_removed=set_removed,
    )
)


@receiver(post_delete, sender=Profile, dispatch_uid="delete_pictures")
def delete_pictures(instance: Profile, **_: Any) -> None:
    delete_files(instance)
