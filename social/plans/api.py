"""/api/v1/my/plans/ and /api/v1/plans/. Plans the viewer can't see, and owner-only actions, return 404."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.text import NO_NULL
from catalog.titles.queries import visible_title
from catalog.titles.serializers import TitleLinkSerializer
from social.models.plans import PlanMember, PlanTitle, WatchPlan
from social.people.queries import find_by_name, visible_member
from social.plans import planning as plans
from social.plans.queries import SharedPlan, membership, plans_of, shared_plan
from social.plans.visibility import plan_members_visible_to, plan_titles_visible_to, plans_shared_with, plans_visible_to


class PlanSerializer(serializers.Serializer[WatchPlan]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    note = serializers.CharField()
    starts_at = serializers.DateTimeField(allow_null=True)
    owner = serializers.CharField(source="owner.username")
    takes_part = serializers.BooleanField(source="is_shared", help_text="Whether I take part; otherwise I am invited.")
    url = serializers.CharField(source="get_absolute_url")


class PlanTitleSerializer(serializers.Serializer[Any]):
    title = TitleLinkSerializer()
    proposed_by = serializers.CharField(
        source="proposer", help_text="Username; empty if they have left or I can't see them."
    )
    n_votes = serializers.IntegerField()
    is_voted = serializers.BooleanField(help_text="Whether I voted for it.")
    watched_at = serializers.DateTimeField(allow_null=True)


class SharedPlanSerializer(PlanSerializer):
    members = serializers.ListField(child=serializers.CharField(), help_text="Participants I can see.")
    invited = serializers.ListField(child=serializers.CharField(), help_text="Invited members; only in my own plans.")
    n_hidden = serializers.IntegerField(help_text="Number of participants I can't see.")
    titles = PlanTitleSerializer(many=True, help_text="Unwatched titles first, then by votes.")


class TextField(serializers.CharField):
    """A text field that rejects numbers."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 80, "pattern": NO_NULL})
class NameField(TextField):
    pass


@extend_schema_field({"type": "string", "maxLength": 500, "pattern": NO_NULL})
class NoteField(TextField):
    pass


@extend_schema_field({"type": "string", "format": "date-time", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T"})
class MomentField(serializers.DateTimeField):
    """A date and time, with a schema strict enough for clients that treat `format` as a hint."""


class WrittenPlanSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=80, trim_whitespace=False)  # `social.plans.planning` rejects empty names
    note = NoteField(max_length=500, required=False, allow_blank=True)
    starts_at = MomentField(required=False, allow_null=True)


@extend_schema_view(get=extend_schema(operation_id="my_plans"))
class MyPlans(ForMembers, ListAPIView[WatchPlan]):
    """List my plans and invitations, newest first."""

    read_scope, write_scope = "read:social", "write:social"
    serializer_class = PlanSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[WatchPlan]:
        if getattr(self, "swagger_fake_view", False):
            return WatchPlan.objects.none()
        return plans_of(member_of(self.request))

    @extend_schema(operation_id="plan_create", request=WrittenPlanSerializer, responses={201: SharedPlanSerializer})
    def post(self, request: Request) -> Response:
        """Create a plan. Invite members and propose titles afterwards."""
        serializer = WrittenPlanSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        plan = plans.make_plan(member_of(request), **serializer.validated_data)
        return Response(_as_json(request, plan.pk), status=201)


class Plan(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:social"

    @extend_schema(operation_id="plan", responses=SharedPlanSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Get a plan I take part in."""
        return Response(_as_json(request, pk))

    @extend_schema(
        operation_id="plan_change", request=WrittenPlanSerializer(partial=True), responses=SharedPlanSerializer
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Update my plan's name, note or time."""
        own = _own(request, pk)
        serializer = WrittenPlanSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        plans.change_plan(own, **serializer.validated_data)
        return Response(_as_json(request, pk))

    @extend_schema(operation_id="plan_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete my plan for everyone."""
        plans.delete_plan(_own(request, pk))
        return Response(status=204)


class Membership(ForMembers, APIView):
    """My participation in another member's plan."""

    write_scope = "write:social"

    @extend_schema(operation_id="plan_accept", request=None, responses=SharedPlanSerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Join a plan I am invited to."""
        plans.accept(get_object_or_404(plans_visible_to(member_of(request)), pk=pk), member_of(request))
        return Response(_as_json(request, pk))

    @extend_schema(operation_id="plan_leave", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Leave a plan or decline an invitation. No notification is sent."""
        member = member_of(request)
        plans.leave(get_object_or_404(plans_visible_to(member).exclude(owner=member), pk=pk), member)
        return Response(status=204)


class Invitation(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="plan_invite", request=None, responses=SharedPlanSerializer)
    def put(self, request: Request, pk: int, username: str) -> Response:
        """Invite a member to my plan. Others see them once they join."""
        own = _own(request, pk)
        plans.invite(own, visible_member(username, request.user))
        return Response(_as_json(request, pk))

    @extend_schema(operation_id="plan_remove", responses={204: None})
    def delete(self, request: Request, pk: int, username: str) -> Response:
        """Remove a member or an invitation from my plan."""
        own = _own(request, pk)
        memberships = plan_members_visible_to(member_of(request)).filter(plan=own).values("member")
        plans.remove(own, find_by_name(username, User.objects.filter(pk__in=memberships)))
        return Response(status=204)


class Proposal(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="plan_propose", request=None, responses=SharedPlanSerializer)
    def put(self, request: Request, pk: int, title_id: int) -> Response:
        """Propose a title and vote for it."""
        own = _part(request, pk)
        plans.propose(own, visible_title(title_id, request.user))
        return Response(_as_json(request, pk))

    @extend_schema(operation_id="plan_withdraw", responses={204: None})
    def delete(self, request: Request, pk: int, title_id: int) -> Response:
        """Remove a title I proposed, or any title from my own plan."""
        own = _part(request, pk)
        plans.withdraw(own, _proposed(own, title_id))
        return Response(status=204)


class Vote(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="plan_vote_put", request=None, responses={204: None})
    def put(self, request: Request, pk: int, title_id: int) -> Response:
        """Vote for a title."""
        return self._vote(request, pk, title_id, True)

    @extend_schema(operation_id="plan_vote_delete", responses={204: None})
    def delete(self, request: Request, pk: int, title_id: int) -> Response:
        """Withdraw my vote."""
        return self._vote(request, pk, title_id, False)

    def _vote(self, request: Request, pk: int, title_id: int, is_for: bool) -> Response:
        own = _part(request, pk)
        plans.vote(own, _proposed(own, title_id), is_for)
        return Response(status=204)


class Watched(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="plan_watched_put", request=None, responses={204: None})
    def put(self, request: Request, pk: int, title_id: int) -> Response:
        """Mark a title as watched together. Members' lists are unchanged."""
        plans.mark_watched(_proposed(_part(request, pk), title_id), True)
        return Response(status=204)

    @extend_schema(operation_id="plan_watched_delete", responses={204: None})
    def delete(self, request: Request, pk: int, title_id: int) -> Response:
        """Mark a title as not watched."""
        plans.mark_watched(_proposed(_part(request, pk), title_id), False)
        return Response(status=204)


def _own(request: Request, pk: int) -> WatchPlan:
    member = member_of(request)
    return get_object_or_404(plans_shared_with(member), pk=pk, owner=member)


def _part(request: Request, pk: int) -> PlanMember:
    member = member_of(request)
    return membership(get_object_or_404(plans_shared_with(member), pk=pk), member)


def _proposed(own: PlanMember, title_id: int) -> PlanTitle:
    return get_object_or_404(plan_titles_visible_to(own.member), plan=own.plan, title_id=title_id)


def _as_json(request: Request, pk: int) -> dict[str, Any]:
    with transaction.atomic():  # both reads in one transaction
        plan = get_object_or_404(plans_of(member_of(request)), pk=pk, is_shared=True)
        shared: SharedPlan = shared_plan(plan, member_of(request))
    return {
        **PlanSerializer(plan).data,
        "members": [one.member.username for one in shared.members],
        "invited": [one.member.username for one in shared.invited],
        "n_hidden": shared.n_hidden,
        "titles": PlanTitleSerializer(shared.titles, many=True).data,
    }


urlpatterns = [
    path("my/plans/", MyPlans.as_view(), name="my-plans"),
    path("plans/<int:pk>/", Plan.as_view(), name="plan"),
    path("plans/<int:pk>/membership/", Membership.as_view(), name="plan-membership"),
    path("plans/<int:pk>/members/<str:username>/", Invitation.as_view(), name="plan-member"),
    path("plans/<int:pk>/titles/<int:title_id>/", Proposal.as_view(), name="plan-title"),
    path("plans/<int:pk>/titles/<int:title_id>/vote/", Vote.as_view(), name="plan-vote"),
    path("plans/<int:pk>/titles/<int:title_id>/watched/", Watched.as_view(), name="plan-watched"),
]
