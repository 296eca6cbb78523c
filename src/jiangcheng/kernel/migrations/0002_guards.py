"""The ledger's tables are insert-only from the first day."""

from django.db import migrations

from jiangcheng.kernel import storage


def install(apps, schema_editor):
    storage.install_guards(schema_editor.connection)


def lift(apps, schema_editor):
    storage.lift_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(install, lift)]
