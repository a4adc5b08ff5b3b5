from catalog.models import Relation, TitleName
from catalog.titles.merging import register_join

register_join(TitleName)
register_join(Relation)
