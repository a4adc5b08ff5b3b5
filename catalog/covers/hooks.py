from catalog.models import Cover
from catalog.titles.merging import register_join

register_join(Cover)  # the kept title's attempts; a missing picture is filled in as other values are
