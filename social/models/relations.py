"""Relations between two members. Written by `social.people.relations`, read via `social.visibility`."""

from django.db import models

from accounts.models import User


class Follow(models.Model):
    follower = models.ForeignKey(User, models.CASCADE, related_name="following")
    followed = models.ForeignKey(User, models.CASCADE, related_name="followers")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follower", "followed"], name="follow_once"),
            models.CheckConstraint(condition=~models.Q(follower=models.F("followed")), name="follow_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} follows {self.followed_id}"


class FollowRequest(models.Model):
    """A request to follow a member who approves followers. It doesn't grant access to anything."""

    asker = models.ForeignKey(User, models.CASCADE, related_name="follow_requests_sent")
    asked = models.ForeignKey(User, models.CASCADE, related_name="follow_requests")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asker", "asked"], name="follow_request_once"),
            models.CheckConstraint(condition=~models.Q(asker=models.F("asked")), name="follow_request_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.asker_id} asks {self.asked_id}"


class Block(models.Model):
    """A block: neither member can see the other."""

    blocker = models.ForeignKey(User, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(User, models.CASCADE, related_name="blocked_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~models.Q(blocker=models.F("blocked")), name="block_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class Mute(models.Model):
    """A mute: the muted member's activity no longer reaches the muter by itself. The muted member isn't told."""

    muter = models.ForeignKey(User, models.CASCADE, related_name="mutes")
    muted = models.ForeignKey(User, models.CASCADE, related_name="muted_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["muter", "muted"], name="mute_once"),
            models.CheckConstraint(condition=~models.Q(muter=models.F("muted")), name="mute_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.muter_id} mutes {self.muted_id}"


class DismissedSuggestion(models.Model):
    """A member who shouldn't be suggested to another again."""

    member = models.ForeignKey(User, models.CASCADE, related_name="dismissed_suggestions")
    dismissed = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "dismissed"], name="dismissed_once")]

    def __str__(self) -> str:
        return f"{self.member_id} does not want {self.dismissed_id} suggested"
