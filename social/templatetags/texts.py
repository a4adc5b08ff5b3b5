"""What members write, as pages show it."""

from django import template

from social import markdown

register = template.Library()
register.filter("markdown", markdown.render)
register.filter("without_spoilers", markdown.without_spoilers)
