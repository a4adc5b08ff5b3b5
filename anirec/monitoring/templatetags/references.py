"""The request's ID on error pages, for questions to the site's owner."""

from django import template

from anirec.lib.telemetry.request_ids import current_id

register = template.Library()
register.simple_tag(current_id, name="reference")
