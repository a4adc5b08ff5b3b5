from accounts.personal_data import register_personal_data
from catalog.titles.merging import register_join
from recommendations.models import KeptScore

register_join(KeptScore)
register_personal_data("kept_scores", lambda user: KeptScore.objects.filter(user=user), "title_id", "kept_at")
