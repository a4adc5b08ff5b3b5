from django import template
from django.template import Context

from accounts.models import User
from catalog.models import Title
from social.favourites.queries import favourite_titles

register = template.Library()


@register.simple_tag(takes_context=True)
def favourites_of(context: Context, member: User) -> list[Title]:
    """Return the cards of a member's favourites that the viewer can see, in order."""
    return favourite_titles(member, context["user"])
