"""The only module that changes profiles. Invalid values raise Django's ValidationError."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from accounts.security.limits import WriteLimit
from anirec.lib.pictures.resizing import PictureError
from anirec.lib.text import require_text
from social.models.profiles import LONGEST_BIO, Profile
from social.profiles import files

PICTURES = WriteLimit("pictures", per_hour=50)


def change_bio(member: User, bio: str) -> Profile:
    bio = bio.strip()
    require_text(bio, "bio")
    if len(bio) > LONGEST_BIO:  # a TextField's max_length only applies to forms
        message = gettext("Texts can be up to %(n)d characters (this one has %(given)d).")
        raise ValidationError({"bio": message % {"n": LONGEST_BIO, "given": len(bio)}})
    return Profile.objects.update_or_create(member=member, defaults={"bio": bio})[0]


def change_picture(member: User, data: bytes) -> None:
    """Use a picture as the member's avatar. The files of the former one are deleted."""
    PICTURES.consume(member)
    with transaction.atomic():
        member.lock()
        try:
            digest = files.save(member.pk, data)
        except PictureError as error:
            raise ValidationError({"picture": str(error)}) from None
        _set_picture(member, digest)


def remove_picture(member: User) -> None:
    """Delete the member's picture; the drawn avatar takes its place."""
    with transaction.atomic():
        member.lock()
        _set_picture(member, "")


def set_removed(profile: Profile, is_removed: bool) -> None:
    """Hide the text and the picture from everyone, or show them again."""
    with transaction.atomic():
        profile.member.lock()
        Profile.objects.filter(pk=profile.pk).update(is_removed=is_removed)
        profile.refresh_from_db(fields=["picture"])  # it may have been replaced meanwhile
        User.objects.filter(pk=profile.member_id).update(avatar="" if is_removed else profile.picture)


def delete_files(profile: Profile) -> None:
    """Delete the picture's files once the transaction that deletes the profile has been committed."""
    transaction.on_commit(partial(files.delete, profile.picture), robust=True)


def _set_picture(member: User, digest: str) -> None:
    profile, _is_new = Profile.objects.get_or_create(member=member)
    former = profile.picture
    Profile.objects.filter(pk=profile.pk).update(picture=digest)
    member.avatar = "" if profile.is_removed else digest
    User.objects.filter(pk=member.pk).update(avatar=member.avatar)
    if former != digest:
        transaction.on_commit(partial(files.delete, former), robust=True)
