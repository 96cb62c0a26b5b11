"""The function behind every ledger's trigger; other apps' migrations depend on it."""

from django.db import migrations

from common.database import DROP_REFUSE_CHANGE, REFUSE_CHANGE


class Migration(migrations.Migration):
    dependencies = []

    operations = [migrations.RunSQL(REFUSE_CHANGE, DROP_REFUSE_CHANGE)]
