"""Filters for text written by members."""

from django import template

from social import markdown

register = template.Library()
register.filter("markdown", markdown.render)
register.filter("without_spoilers", markdown.without_spoilers)
