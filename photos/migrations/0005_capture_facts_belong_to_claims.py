"""What the page's camera sent was kept with the photo; it belongs to the claim that it was sent with."""

from django.db import migrations

# Where a photo has one claim there is no doubt whose fix it was; where it has several, the oldest brought the file.
FORWARDS = """
UPDATE photos_fact AS fact
SET claim_id = first_claim.id
FROM (
    SELECT DISTINCT ON (photo_id) photo_id, id
    FROM photos_claim
    ORDER BY photo_id, received_at, id
) AS first_claim
WHERE fact.source = 'capture'
  AND fact.claim_id IS NULL
  AND first_claim.photo_id = fact.photo_id
"""


class Migration(migrations.Migration):
    dependencies = [("photos", "0004_fingerprint")]

    operations = [migrations.RunSQL(FORWARDS, migrations.RunSQL.noop)]
