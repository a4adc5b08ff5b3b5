"""Watch plans: the overview, the page of a plan, and its actions. Plans that the viewer can't see return 404."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.requests import MemberRequest
from anirec.lib.text import is_text
from anirec.lib.time_zones import in_own_time_zone
from catalog.search.find import search_titles
from catalog.titles.queries import visible_title
from social.models.plans import PlanMember, PlanTitle, WatchPlan
from social.people.queries import find_by_name
from social.plans import planning as plans
from social.plans import queries as plan_queries
from social.plans.forms import PlanForm, plan_of_group
from social.plans.queries import SharedPlan, plans_of
from social.plans.visibility import plan_members_visible_to, plan_titles_visible_to, plans_shared_with, plans_visible_to
from social.visibility import followed_by, members_visible_to

FOUND, KNOWN = 12, 200
ACTS: dict[str, Callable[[PlanMember, PlanTitle], None]] = {
    "vote": lambda own, proposed: plans.vote(own, proposed, True),
    "take_back": lambda own, proposed: plans.vote(own, proposed, False),
    "watched": lambda own, proposed: plans.mark_watched(proposed, True),
    "not_watched": lambda own, proposed: plans.mark_watched(proposed, False),
    "withdraw": plans.withdraw,
}


@require_http_methods(["GET", "POST"])
@login_required
@in_own_time_zone
def plan_list(request: MemberRequest) -> HttpResponse:
    """Show the viewer's plans. POST creates one: with the people and titles of a group page, or empty."""
    form = PlanForm(request.POST if "name" in request.POST else None)
    if "with" in request.POST:
        try:
            return redirect(plan_of_group(request.user, request.POST))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    elif request.method == "POST" and form.make(request.user):
        return redirect(form.instance)
    visible = list(plans_of(request.user))
    context = {
        "invitations": [plan for plan in visible if not plan.is_shared],
        "plans": [plan for plan in visible if plan.is_shared],
        "form": form,
        "zone": timezone.get_current_timezone_name(),
    }
    return render(request, "social/plans/plans.html", context)


@require_GET
@login_required
@in_own_time_zone
def plan(request: MemberRequest, pk: int) -> HttpResponse:
    current = get_object_or_404(plans_of(request.user), pk=pk)
    zone = timezone.get_current_timezone_name()
    if not current.is_shared:
        return render(request, "social/plans/plan_invitation.html", {"plan": current, "zone": zone})
    q = request.GET.get("q", "").strip()
    context = {"shared": plan_queries.shared_plan(current, request.user), "q": q, "zone": zone}
    if q:
        context["found"] = plan_queries.not_yet_in(current, search_titles(q, request.user, FOUND))
    if request.htmx.target == "found":
        return render(request, "social/plans/_plan_search.html", context)
    return _page(request, context, PlanForm(instance=current))


@require_POST
@login_required
@in_own_time_zone
def change_plan(request: MemberRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(plans_shared_with(request.user), pk=pk, owner=request.user)
    form = PlanForm(request.POST, instance=own)
    if form.change():
        return redirect(own)
    current = get_object_or_404(plans_of(request.user), pk=pk)  # as saved, without the invalid values
    return _page(request, {"shared": plan_queries.shared_plan(current, request.user), "q": ""}, form)


@require_POST
@login_required
def invite(request: MemberRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(plans_shared_with(request.user), pk=pk, owner=request.user)
    name = request.POST.get("username", "").strip()
    member = members_visible_to(request.user).filter(username__iexact=name).first() if is_text(name) else None
    if member is None:
        messages.error(
            request, gettext("No member found: %(names)s. Check the spelling.") % {"names": f"“{name[:150]}”"}
        )
        return redirect(own)
    try:
        plans.invite(own, member)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, gettext("%(name)s has been invited.") % {"name": member.username})
    return redirect(own)


@require_POST
@login_required
def remove_member(request: MemberRequest, pk: int, username: str) -> HttpResponse:
    own = get_object_or_404(plans_shared_with(request.user), pk=pk, owner=request.user)
    memberships = plan_members_visible_to(request.user).filter(plan=own)
    member = find_by_name(username, User.objects.filter(pk__in=memberships.values("member")))
    plans.remove(own, member)
    messages.success(request, gettext("%(name)s removed from the plan.") % {"name": member.username})
    return redirect(own)


@require_POST
@login_required
def plan_title(request: MemberRequest, pk: int, title_id: int) -> HttpResponse:
    """Propose a title, or act on a proposed one."""
    shared = get_object_or_404(plans_shared_with(request.user), pk=pk)
    own, act = plan_queries.membership(shared, request.user), request.POST.get("act", "")
    try:
        if act == "propose":
            plans.propose(own, visible_title(title_id, request.user))
        elif act in ACTS:
            proposed = plan_titles_visible_to(request.user).filter(plan=shared)
            ACTS[act](own, get_object_or_404(proposed, title_id=title_id))
        else:
            return HttpResponseBadRequest(gettext("Unknown action."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    if request.htmx.target != "plan-titles":
        return redirect(shared)
    return render(request, "social/plans/_plan_titles.html", {"shared": plan_queries.shared_plan(shared, request.user)})


def _acting(
    act: Callable[[WatchPlan, User], None], message: str | Promise, *, is_owner: bool, stays: bool
) -> Callable[..., HttpResponse]:
    """Return a POST view for an action on a whole plan, by its owner or by anyone but its owner."""

    @require_POST
    @login_required
    def view(request: MemberRequest, pk: int) -> HttpResponse:
        current = get_object_or_404(plans_visible_to(request.user), pk=pk)
        if (current.owner_id == request.user.pk) != is_owner:
            messages.error(request, gettext("You don’t have permission to do that."))
            return redirect(current)
        act(current, request.user)
        messages.success(request, str(message))
        return redirect(current if stays else "social:plans")

    return view


def _delete(plan: WatchPlan, owner: User) -> None:
    plans.delete_plan(plan)


accept = _acting(plans.accept, _("You joined the plan."), is_owner=False, stays=True)
leave = _acting(plans.leave, _("You left the plan."), is_owner=False, stays=False)
delete = _acting(_delete, _("Plan deleted."), is_owner=True, stays=False)


def _page(request: MemberRequest, context: dict[str, Any], form: PlanForm) -> HttpResponse:
    shared: SharedPlan = context["shared"]
    context |= {"form": form, "zone": timezone.get_current_timezone_name()}
    if shared.is_own:
        followed = members_visible_to(request.user).filter(pk__in=followed_by(request.user)).order_by("username")
        context["known"] = list(followed.values_list("username", flat=True)[:KNOWN])
    return render(request, "social/plans/plan.html", context)
