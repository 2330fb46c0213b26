import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# A picture's hash is asked by four bands of 16 bits (a hash within 3 bits shares one whole band with the asked one),
# its words one by one. Neither ever reads the whole table.
BANDS = [
    f"CREATE INDEX fingerprint_band_{band} ON photos_fingerprint (((phash >> {band * 16}) & 65535));"
    for band in range(4)
]
# Without a pending list: each of some 800 look-ups would read it whole.
WORDS = "CREATE INDEX fingerprint_words ON photos_fingerprint USING gin (words) WITH (fastupdate = off);"


class Migration(migrations.Migration):
    dependencies = [("photos", "0003_evidence_that_stands_up")]

    operations = [
        migrations.CreateModel(
            name="Fingerprint",
            fields=[
                (
                    "photo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="fingerprint",
                        serialize=False,
                        to="photos.photo",
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("phash", models.BigIntegerField()),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                ("places", models.BinaryField()),
                ("detail", models.FloatField()),
            ],
            options={"verbose_name": "sidik gambar", "verbose_name_plural": "sidik gambar"},
        ),
        migrations.RunSQL(
            # The statistics know the words that say nothing because too many photos have them.
            " ".join([*BANDS, WORDS, "ALTER TABLE photos_fingerprint ALTER words SET STATISTICS 300;"]),
            "DROP INDEX fingerprint_words, fingerprint_band_0, fingerprint_band_1, fingerprint_band_2, fingerprint_band_3;",
        ),
    ]
