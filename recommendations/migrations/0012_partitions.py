"""The table of recommendations in partitions, one a model version, so that an old version goes with its partition.

The model stays as it is: rows are read and written through the table. Rows of a version without a partition of its own are
in the default partition.
"""

from django.db import migrations

TABLE = "recommendations_memberrecommendations"
COLUMNS = "id, version_id, user_id, list_version, n_inputs, computed_at, title_ids, scores, predicted, reason_ids, reason_shares"
KEYS = f"""
    ALTER TABLE {TABLE} ADD CONSTRAINT one_row_a_member UNIQUE (version_id, user_id);
    ALTER TABLE {TABLE} ADD CONSTRAINT recommendations_of_version FOREIGN KEY (version_id)
        REFERENCES recommendations_modelversion (id) DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE {TABLE} ADD CONSTRAINT recommendations_of_member FOREIGN KEY (user_id)
        REFERENCES accounts_user (id) DEFERRABLE INITIALLY DEFERRED;
    CREATE INDEX recommendations_by_member ON {TABLE} (user_id);
"""
MOVE = f"""
    INSERT INTO {TABLE} ({COLUMNS}) OVERRIDING SYSTEM VALUE SELECT {COLUMNS} FROM former_recommendations;
    SELECT setval(pg_get_serial_sequence('{TABLE}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {TABLE}), false);
    DROP TABLE former_recommendations;
"""
FORWARD = f"""
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE {TABLE} RENAME TO former_recommendations;
    ALTER SEQUENCE {TABLE}_id_seq RENAME TO former_recommendations_id_seq;
    ALTER TABLE former_recommendations DROP CONSTRAINT one_row_a_member;
    DROP INDEX IF EXISTS recommendations_by_member;
    CREATE TABLE {TABLE} (LIKE former_recommendations INCLUDING IDENTITY) PARTITION BY LIST (version_id);
    CREATE TABLE {TABLE}_default PARTITION OF {TABLE} DEFAULT;
    {KEYS}
    {MOVE}
"""
BACK = f"""
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE {TABLE} RENAME TO former_recommendations;
    ALTER SEQUENCE {TABLE}_id_seq RENAME TO former_recommendations_id_seq;
    ALTER TABLE former_recommendations DROP CONSTRAINT one_row_a_member;
    DROP INDEX recommendations_by_member;
    CREATE TABLE {TABLE} (LIKE former_recommendations INCLUDING IDENTITY, PRIMARY KEY (id));
    ALTER TABLE former_recommendations DROP CONSTRAINT recommendations_of_version;
    ALTER TABLE former_recommendations DROP CONSTRAINT recommendations_of_member;
    {KEYS}
    {MOVE}
"""


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0011_labels_in_plain_words"), ("accounts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
