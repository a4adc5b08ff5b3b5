"""A watch plan of a few members. Written by `social.plans.planning`, read via `social.visibility`."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title


class WatchPlan(models.Model):
    owner = models.ForeignKey(User, models.CASCADE, related_name="own_plans")
    name = models.CharField(_("Name"), max_length=80)
    note = models.CharField(_("Note"), max_length=500, blank=True)
    starts_at = models.DateTimeField(_("Date"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("social:plan", args=[self.pk])


class PlanMember(models.Model):
    """A participant or invitee of a plan, starting with the owner. Owners see declined members as invited."""

    class State(models.TextChoices):
        INVITED = "invited", _("Invited")
        ACCEPTED = "accepted", _("Taking part")
        DECLINED = "declined", _("Declined")

    plan = models.ForeignKey(WatchPlan, models.CASCADE, related_name="members")
    member = models.ForeignKey(User, models.CASCADE, related_name="plans")
    state = models.CharField(max_length=8, choices=State, default=State.INVITED)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "member"], name="plan_member_once")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.plan_id}: {self.state}"


class PlanTitle(models.Model):
    plan = models.ForeignKey(WatchPlan, models.CASCADE, related_name="titles")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    proposed_by = models.ForeignKey(PlanMember, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    watched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "title"], name="plan_title_once")]

    def __str__(self) -> str:
        return f"{self.title_id} in {self.plan_id}"


class PlanVote(models.Model):
    """A participant's vote for a title; deleted when they leave."""

    plan_title = models.ForeignKey(PlanTitle, models.CASCADE, related_name="votes")
    voter = models.ForeignKey(PlanMember, models.CASCADE, related_name="votes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan_title", "voter"], name="plan_vote_once")]

    def __str__(self) -> str:
        return f"{self.voter_id} for {self.plan_title_id}"
