from accounts.page_parts import register_part
from social.feed.queries import newest_of_feed

register_part("feed", lambda member: str(newest_of_feed(member)))
