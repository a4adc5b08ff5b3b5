from catalog.models import Cover
from catalog.titles.merging import register_join

register_join(Cover)  # the kept title's; the other one's is fetched again if it was the only one
