from catalog.models import CoverLook
from catalog.titles.merging import register_join

register_join(CoverLook)  # the kept title's look: if it took the other's cover, that is read again
