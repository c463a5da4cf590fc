from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the writes of a clinic that is at work; not in a transaction, therefore.
    atomic = False

    dependencies = [
        ('messaging', '0004_today'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(condition=models.Q(('type', 'PATIENT_FEEDBACK_SUMMARY')), fields=['conversation', 'created_at'], name='feedback_card_by_day'),
        ),
        RemoveIndexConcurrently(
            model_name='message',
            name='feedback_card_newest',
        ),
    ]
