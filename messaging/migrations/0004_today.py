from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the writes of a clinic that is at work; not in a transaction, therefore.
    atomic = False

    dependencies = [
        ('messaging', '0003_one_index'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(condition=models.Q(('type', 'PATIENT_FEEDBACK_SUMMARY')), fields=['conversation', 'seq'], name='feedback_card_in_order'),
        ),
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(condition=models.Q(('type', 'PATIENT_FEEDBACK_SUMMARY')), fields=['created_at'], name='feedback_card_newest'),
        ),
    ]
