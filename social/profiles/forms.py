from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from anirec.lib.pictures.resizing import PictureError, require_size
from social.models.profiles import LONGEST_BIO
from social.profiles import writing


class BioForm(forms.Form):
    bio = forms.CharField(
        label=_("About me"),
        max_length=LONGEST_BIO,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Markdown: **bold**, *italics*, lists, links. Hide spoilers with ||double bars||."),
    )


class PictureForm(forms.Form):
    """`social.profiles.writing` decodes the picture."""

    picture = forms.FileField(
        label=_("Picture"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP, up to 5 MB. It’s cropped to a square, and its metadata is removed."),
    )

    def save(self, member: User) -> bool:
        """Save the picture; return False with form errors if it can't be used."""
        if not self.is_valid():
            return False
        try:
            writing.change_picture(member, content_of(self.cleaned_data["picture"]))
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True


def content_of(file: UploadedFile) -> bytes:
    """Return the content of a file that isn't too large. Raises ValidationError."""
    try:
        require_size(file.size or 0)
    except PictureError as error:
        raise ValidationError({"picture": str(error)}) from None
    return bytes(file.read())
