from django.contrib.postgres.operations import CreateExtension
from django.db import migrations


class Migration(migrations.Migration):
    """What the catalogue's columns and indexes stand on.

    `ltree` for the paths of categories, `btree_gist` for prices that don't overlap, `btree_gin` for
    words of what sells well, `pg_trgm` for words that are nearly right, `unaccent` for searches
    without accents.
    """

    initial = True
    dependencies = ()
    operations = (
        CreateExtension("btree_gin"),
        CreateExtension("btree_gist"),
        CreateExtension("ltree"),
        CreateExtension("pg_trgm"),
        CreateExtension("unaccent"),
        migrations.RunSQL(
            sql="""
                CREATE TEXT SEARCH CONFIGURATION shop_english (COPY = english);
                ALTER TEXT SEARCH CONFIGURATION shop_english
                    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
                CREATE TEXT SEARCH CONFIGURATION shop_german (COPY = german);
                ALTER TEXT SEARCH CONFIGURATION shop_german
                    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, german_stem;
            """,
            reverse_sql="""
                DROP TEXT SEARCH CONFIGURATION shop_german;
                DROP TEXT SEARCH CONFIGURATION shop_english;
            """,
        ),
    )
