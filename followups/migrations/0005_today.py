from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the writes of a clinic that is at work; not in a transaction, therefore.
    atomic = False

    dependencies = [
        ('followups', '0004_words'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='followuprequest',
            index=models.Index(condition=models.Q(('status', 'failed')), fields=['tenant', '-failed_at'], name='follow_up_failed_here'),
        ),
    ]
