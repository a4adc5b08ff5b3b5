"""Names of staff roles in the reader's language. Sources write them in English, with remarks: "Script (eps 1-3)"."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

ROLES = {
    "Author": pgettext_lazy("staff", "Author"),
    "Story & Art": pgettext_lazy("staff", "Story & Art"),
    "Story": pgettext_lazy("staff", "Story"),
    "Art": pgettext_lazy("staff", "Art"),
    "Illustration": pgettext_lazy("staff", "Illustration"),
    "Director": pgettext_lazy("staff", "Director"),
    "Chief Director": pgettext_lazy("staff", "Chief Director"),
    "Assistant Director": pgettext_lazy("staff", "Assistant Director"),
    "Episode Director": pgettext_lazy("staff", "Episode Director"),
    "Action Director": pgettext_lazy("staff", "Action Director"),
    "Sound Director": pgettext_lazy("staff", "Sound Director"),
    "Art Director": pgettext_lazy("staff", "Art Director"),
    "Animation Director": pgettext_lazy("staff", "Animation Director"),
    "Chief Animation Director": pgettext_lazy("staff", "Chief Animation Director"),
    "Director of Photography": pgettext_lazy("staff", "Director of Photography"),
    "Original Creator": pgettext_lazy("staff", "Original Creator"),
    "Original Story": pgettext_lazy("staff", "Original Story"),
    "Original Character Design": pgettext_lazy("staff", "Original Character Design"),
    "Character Design": pgettext_lazy("staff", "Character Design"),
    "Mechanical Design": pgettext_lazy("staff", "Mechanical Design"),
    "Series Composition": pgettext_lazy("staff", "Series Composition"),
    "Script": pgettext_lazy("staff", "Script"),
    "Storyboard": pgettext_lazy("staff", "Storyboard"),
    "Key Animation": pgettext_lazy("staff", "Key Animation"),
    "Color Design": pgettext_lazy("staff", "Color Design"),
    "Editing": pgettext_lazy("staff", "Editing"),
    "Music": pgettext_lazy("staff", "Music"),
    "Producer": pgettext_lazy("staff", "Producer"),
    "Executive Producer": pgettext_lazy("staff", "Executive Producer"),
    "Theme Song Performance": pgettext_lazy("staff", "Theme Song Performance"),
    "Theme Song Lyrics": pgettext_lazy("staff", "Theme Song Lyrics"),
    "Theme Song Composition": pgettext_lazy("staff", "Theme Song Composition"),
    "Theme Song Arrangement": pgettext_lazy("staff", "Theme Song Arrangement"),
}


def role_name(role: str) -> str:
    """Return the role's name; one that isn't common stays as the source wrote it.

    >>> role_name("Storyboard (eps 1-3)"), role_name("Clapper")
    ('Storyboard (eps 1-3)', 'Clapper')
    """
    name, bracket, remark = role.partition(" (")
    return f"{ROLES.get(name, name)}{bracket}{remark}"
