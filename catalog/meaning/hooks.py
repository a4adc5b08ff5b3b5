from typing import Any

from django.dispatch import receiver

from catalog.models import SynopsisSentence, TitleText
from catalog.titles.merging import register_join, title_merging

register_join(TitleText)
register_join(SynopsisSentence)


@receiver(title_merging)
def forget_words_and_vectors(dropped_id: int, **_: Any) -> None:
    """Drop those of the title that goes: the next run indexes anew what the other one got from it."""
    SynopsisSentence.objects.filter(title=dropped_id).delete()
    TitleText.objects.filter(title=dropped_id).delete()
