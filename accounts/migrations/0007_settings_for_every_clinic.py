from django.db import migrations


class Migration(migrations.Migration):
    """A clinic without settings is missing in the list of those whose features can be switched."""

    dependencies = [
        ('accounts', '0006_flag_change'),
    ]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO accounts_tenantsettings (tenant_id, features)
            SELECT id, '{}' FROM accounts_tenant ON CONFLICT DO NOTHING
            """,
            migrations.RunSQL.noop,
        ),
    ]
