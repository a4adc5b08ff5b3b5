from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal_data import register_personal_data
from accounts.portability.sections import Section, register
from catalog.titles.merging import register_join
from social.custom_lists.export import export_lists, restore_lists, undo_lists
from social.custom_lists.visibility import lists_of_link, lists_visible_to
from social.custom_lists.writing import join_items, set_removed
from social.models.custom_lists import CustomList, CustomListItem
from social.moderation.targets import Reportable, register_target


def reportable_list(viewer: User, pk: int = 0, link_key: str = "") -> CustomList:
    """Return a list by its id or its link."""
    lists = lists_of_link(viewer, link_key) if link_key else lists_visible_to(viewer).filter(pk=pk)
    return get_object_or_404(lists.select_related("owner"))


register_join(CustomListItem, join_items)
register(Section("custom_lists", export_lists, restore_lists, undo_lists))
register_personal_data(
    "custom_lists",
    lambda user: CustomList.objects.filter(owner=user),
    *("name", "description", "visibility", "is_ordered", "link_key", "is_removed", "created_at", "changed_at"),
)
register_personal_data(
    "custom_list_titles",
    lambda user: CustomListItem.objects.filter(custom_list__owner=user),
    *("custom_list__name", "title__name", "note", "added_at"),
)
register_target(
    Reportable(
        "custom_list",
        _("Custom lists"),
        CustomList,
        reportable_list,
        related=("custom_list__owner",),
        lists=("custom_list__items",),
        set_removed=set_removed,
    )
)
