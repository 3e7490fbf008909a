from django.db import migrations


class Migration(migrations.Migration):
    """Where the digits of order numbers come from."""

    initial = True
    dependencies = ()
    operations = (
        migrations.RunSQL(
            sql="CREATE SEQUENCE order_number_digits START 1001;",
            reverse_sql="DROP SEQUENCE order_number_digits;",
        ),
    )
