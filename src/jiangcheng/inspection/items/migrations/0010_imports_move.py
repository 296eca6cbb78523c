"""Uploads belong to all kinds of imports now: the table goes over to parties as it is, its rows and their record with it."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("items", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Import")]),
    ]
