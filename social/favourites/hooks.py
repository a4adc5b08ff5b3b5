from accounts.personal_data import register_personal_data
from accounts.portability.sections import Section, register
from catalog.titles.merging import register_join
from social.favourites.choosing import join_favourites
from social.favourites.export import export_favourites, restore_favourites, undo_favourites
from social.models.favourites import Favourite

register_join(Favourite, join_favourites)
register(Section("favourites", export_favourites, restore_favourites, undo_favourites))
register_personal_data(
    "favourites", lambda user: Favourite.objects.filter(member=user), "title__name", "position", "added_at"
)
