from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the writes of a clinic that is at work; not in a transaction, therefore.
    atomic = False

    dependencies = [
        ('workouts', '0004_words'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='workout',
            index=models.Index(condition=models.Q(('status', 'COMPLETED')), fields=['patient', 'completed_on'], name='workout_day'),
        ),
    ]
