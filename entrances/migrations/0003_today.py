from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the writes of a clinic that is at work; not in a transaction, therefore.
    atomic = False

    dependencies = [
        ('entrances', '0002_words'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='appentrance',
            index=models.Index(condition=models.Q(('status__in', ('PENDING', 'FINALIZED_TO_INFERRED_WORKOUT', 'SKIPPED_NO_SOURCE_WORKOUT'))), fields=['tenant', '-local_date'], name='entrance_not_trained'),
        ),
    ]
