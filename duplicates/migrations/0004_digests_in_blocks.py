import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """A thousand digests to a row. Those kept so far are forgotten: the next scan compares everything again, once."""

    dependencies = [("duplicates", "0003_pairs_at_the_cut_off")]

    operations = [
        migrations.DeleteModel(name="Compared"),
        migrations.CreateModel(
            name="Compared",
            fields=[
                ("block", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "projects",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "digests",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "scans",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
            ],
            options={
                "verbose_name": "masukan pembanding",
                "verbose_name_plural": "masukan pembanding",
            },
        ),
    ]
