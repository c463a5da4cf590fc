from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the writes of a clinic that is at work; not in a transaction, therefore.
    atomic = False

    dependencies = [
        ('feedback', '0002_words'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='notedelivery',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['doctor'], name='delivery_on_its_way'),
        ),
    ]
