"""Whose turn it is to look at a photo becomes a column; until now the queue asked the reviews each time."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# By the rules of photos/turns.py. Claims without a review keep the default: the district's turn.
FILL = """
WITH decided AS (
    SELECT claim_id,
           bool_or(tier <> 'district') AS by_regency,
           (array_agg(decision ORDER BY at DESC, id DESC))[1] AS decision
    FROM photos_review
    GROUP BY claim_id
)
UPDATE photos_claim AS claim
SET turn = CASE
    WHEN by_regency THEN ''
    WHEN control
      OR decision = 'accepted' AND (verdict <> 'verified' OR doubt >= %s)
      OR decision = 'rejected' AND verdict = 'verified' THEN 'regency'
    ELSE ''
END
FROM decided
WHERE decided.claim_id = claim.id
"""


def fill(apps, schema_editor):
    schema_editor.execute(FILL, [settings.REVIEW_DOUBTFUL_FROM])


class Migration(migrations.Migration):
    dependencies = [("photos", "0005_capture_facts_belong_to_claims")]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="turn",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "tidak menunggu"),
                    ("district", "kecamatan"),
                    ("regency", "kabupaten"),
                    ("district_again", "kecamatan, lagi"),
                    ("regency_again", "kabupaten, lagi"),
                ],
                db_default="district",
                default="district",
                editable=False,
                max_length=14,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="claim", name="claim_queue"),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                fields=["-doubt", "received_at"],
                name="claim_queue",
                condition=Q(withdrawn_at__isnull=True) & ~Q(turn=""),
            ),
        ),
    ]
