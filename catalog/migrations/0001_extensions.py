from django.contrib.postgres.operations import CreateExtension
from django.db import migrations


class Migration(migrations.Migration):
    """What the catalogue's columns stand on: `ltree` paths and accent-free English search."""

    initial = True
    dependencies = ()
    operations = (
        CreateExtension("ltree"),
        CreateExtension("unaccent"),
        migrations.RunSQL(
            sql="""
                CREATE TEXT SEARCH CONFIGURATION shop_english (COPY = english);
                ALTER TEXT SEARCH CONFIGURATION shop_english
                    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
            """,
            reverse_sql="DROP TEXT SEARCH CONFIGURATION shop_english;",
        ),
    )
