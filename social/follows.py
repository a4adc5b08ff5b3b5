from accounts.models import User
from social.models import Follow


def follow(follower: User, followed: User) -> None:
    """Following is open and needs no consent; nobody follows themselves."""
    if follower != followed:
        Follow.objects.get_or_create(follower=follower, followed=followed)


def unfollow(follower: User, followed: User) -> None:
    Follow.objects.filter(follower=follower, followed=followed).delete()
