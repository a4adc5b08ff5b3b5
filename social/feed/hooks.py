from accounts.page_parts import register_part
from accounts.personal_data import register_personal_data
from catalog.titles.merging import register_join
from social.feed.queries import newest_of_feed
from social.models import Activity, ActivityItem, Like

register_join(ActivityItem)
register_part("feed", lambda member: str(newest_of_feed(member)))
register_personal_data("activities", lambda user: Activity.objects.filter(actor=user), "kind", "at")
register_personal_data("likes", lambda user: Like.objects.filter(member=user), "activity")
