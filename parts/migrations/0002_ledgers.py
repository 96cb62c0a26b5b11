from django.db import migrations

from common.database import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0001_refuse_change"),
        ("parts", "0001_initial"),
    ]

    operations = [
        append_only("parts_stockmovement"),
        append_only("parts_stockcost"),
        append_only("parts_duedatechange"),
        append_only("parts_receipt"),
        migrations.RunSQL(
            "CREATE SEQUENCE parts_purchaseorder_number;"
            "CREATE SEQUENCE parts_partsorder_number;",
            "DROP SEQUENCE parts_purchaseorder_number;"
            "DROP SEQUENCE parts_partsorder_number;",
        ),
    ]
