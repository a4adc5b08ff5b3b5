"""Rows of earlier imports that had no title waited in a queue. They are their members' own entries now."""

from django.db import migrations

from catalog.search.keys import search_key

VALUES = (
    "score", "progress", "started_on", "finished_on", "rewatches", "rewatched_on", "tags", "notes", "visibility",
    "created_at", "updated_at",
)  # fmt: skip


def keep_rows(apps, schema_editor):
    rows = apps.get_model("accounts", "ImportRow").objects.filter(
        outcome="unmatched", is_hidden=False, list_import__state="done"
    )
    for row in rows.select_related("list_import").order_by("pk").iterator(chunk_size=1_000):
        row.own_entry, row.outcome = own_entry_of(apps.get_model("accounts", "OwnEntry"), row), "own"
        row.save(update_fields=["own_entry", "outcome"])


def own_entry_of(model, row):
    values, year = row.values, row.hint.split(",")[0]
    status = "completed" if values.get("score") else "watching" if values.get("progress") else "planned"
    facts = {
        "name": row.name,
        "year": int(year) if year.isdecimal() and 1900 <= int(year) <= 2199 else None,
        "status": values.get("status") or values.get("likely_status") or status,
        **{name: values[name] for name in VALUES if name in values},
    }
    own = model.objects.filter(user=row.list_import.user_id, kind="anime", key=search_key(row.name)).first()
    return own or model.objects.create(user_id=row.list_import.user_id, key=search_key(row.name), **facts)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_own_entries")]
    operations = [migrations.RunPython(keep_rows, migrations.RunPython.noop, elidable=True)]
