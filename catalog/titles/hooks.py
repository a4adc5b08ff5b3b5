from typing import Any

from django.dispatch import receiver

from catalog.models import Credit, Relation, Stream, TitleName
from catalog.titles.merging import register_join, title_merging

register_join(TitleName)
register_join(Relation)
register_join(Stream)


@receiver(title_merging)
def keep_one_list_of_people(kept_id: int, dropped_id: int, **_: Any) -> None:
    """Drop the credits of the title that goes, unless the other one has none."""
    if Credit.objects.filter(title=kept_id).exists():
        Credit.objects.filter(title=dropped_id).delete()
