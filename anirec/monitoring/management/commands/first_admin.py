"""Print the link that creates the first admin account."""

from typing import Any

from django.core.management.base import BaseCommand

from anirec.monitoring.first_admin import new_link


class Command(BaseCommand):
    help = "Print a link that creates the first admin account: valid for 24 hours, once, and instead of earlier links."

    def handle(self, **options: Any) -> None:
        link = new_link()
        if link is None:
            self.stderr.write("This site has a staff account. Create others in /admin/.")
        else:
            self.stdout.write(link)
