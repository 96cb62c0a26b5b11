import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A plan leaves force only for one that says what it changes: every card of the old one
# stands in the new one as it was, or its change is written down.
COMPARED = """
CREATE FUNCTION restoration_plan_is_compared() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    successor restoration_planrun;
    unsaid bigint;
    said bigint;
BEGIN
    SELECT * INTO successor FROM restoration_planrun
    WHERE compared_with_id = OLD.id AND change_count IS NOT NULL AND kind <> 'SCENARIO'
    ORDER BY id DESC LIMIT 1;
    IF successor.id IS NULL THEN
        RAISE EXCEPTION 'plan % leaves force and nothing says what changes', OLD.id
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'restoration_plan_is_compared';
    END IF;
    SELECT count(*) INTO unsaid
    FROM restoration_assignment x
    LEFT JOIN restoration_assignment y
      ON y.card_id = x.card_id AND y.run_id = successor.id
    WHERE x.run_id = OLD.id
      AND (y.starts_at, y.ends_at) IS DISTINCT FROM (x.starts_at, x.ends_at)
      AND NOT EXISTS (SELECT FROM restoration_planchange c
                      WHERE c.run_id = successor.id AND c.card_id = x.card_id);
    SELECT count(*) INTO said FROM restoration_planchange
    WHERE run_id = successor.id;
    IF unsaid > 0 OR successor.is_in_force AND said <> successor.change_count THEN
        RAISE EXCEPTION 'plan % changes % cards of plan % and does not say so',
            successor.id, unsaid, OLD.id
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'restoration_plan_is_compared';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER restoration_plan_is_compared
    AFTER UPDATE OF is_in_force ON restoration_planrun
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.is_in_force AND NOT NEW.is_in_force)
    EXECUTE FUNCTION restoration_plan_is_compared();
CREATE TRIGGER restoration_planchange_not_edited
    BEFORE UPDATE ON restoration_planchange
    FOR EACH ROW EXECUTE FUNCTION common_refuse_change();
"""
UNCOMPARED = """
DROP TRIGGER restoration_planchange_not_edited ON restoration_planchange;
DROP TRIGGER restoration_plan_is_compared ON restoration_planrun;
DROP FUNCTION restoration_plan_is_compared();
"""
# Plans that are in force already were compared with nothing.
OLD_PLANS = (
    "UPDATE restoration_planrun SET change_count = 0 WHERE is_in_force"
)


class Migration(migrations.Migration):

    dependencies = [
        ('common', '0001_refuse_change'),
        ('restoration', '0006_ground_of_decisions'),
        ('workshop', '0006_sites_have_an_address'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('issued_at', models.DateTimeField(verbose_name='issued at')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
                ('bay', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to='workshop.bay', verbose_name='bay')),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='issued by')),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='revoked by')),
                ('technician', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to='workshop.technician', verbose_name='technician')),
            ],
            options={
                'verbose_name': 'calendar feed',
                'verbose_name_plural': 'calendar feeds',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('bay__isnull', True), ('technician__isnull', False)), models.Q(('bay__isnull', False), ('technician__isnull', True)), _connector='OR'), name='restoration_feed_of_one'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Pin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='starts')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('price', models.DecimalField(blank=True, decimal_places=3, max_digits=14, null=True, verbose_name='price, weighted days late')),
                ('pinned_at', models.DateTimeField(verbose_name='pinned at')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='released at')),
                ('bay', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pins', to='workshop.bay', verbose_name='bay')),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pins', to='restoration.jobcard', verbose_name='job card')),
                ('pinned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='pinned by')),
                ('released_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='released by')),
                ('technicians', models.ManyToManyField(blank=True, related_name='pins', to='workshop.technician', verbose_name='technicians')),
            ],
            options={
                'verbose_name': 'pin',
                'verbose_name_plural': 'pins',
                'constraints': [
                    models.UniqueConstraint(models.F('card'), condition=models.Q(('released_at__isnull', True)), name='restoration_pin_one_active'),
                    models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='restoration_pin_has_reason'),
                    models.CheckConstraint(condition=models.Q(models.Q(('bay', None), ('ends_at__isnull', True), ('starts_at__isnull', True)), ('starts_at__lt', models.F('ends_at')), _connector='OR'), name='restoration_pin_bay_has_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlanChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ADDED', 'New'), ('MOVED', 'Moved'), ('REASSIGNED', 'Other person or bay'), ('STARTED', 'Started'), ('FINISHED', 'Finished'), ('DROPPED', 'No longer planned')], max_length=10, verbose_name='kind')),
                ('was_starts_at', models.DateTimeField(blank=True, null=True, verbose_name='began at')),
                ('was_ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='starts')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends')),
                ('was_technicians', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
                ('technicians', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
                ('bay', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workshop.bay')),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_changes', to='restoration.jobcard')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='restoration.planrun')),
                ('was_bay', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workshop.bay')),
            ],
            options={
                'verbose_name': 'change of the plan',
                'verbose_name_plural': 'changes of the plan',
                'constraints': [
                    models.UniqueConstraint(models.F('run'), models.F('card'), name='restoration_planchange_once_per_run'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'ADDED'), ('was_starts_at__isnull', True)), models.Q(models.Q(('kind', 'ADDED'), _negated=True), ('was_starts_at__isnull', False)), _connector='OR'), name='restoration_planchange_knows_before'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['FINISHED', 'DROPPED']), ('starts_at__isnull', True)), models.Q(models.Q(('kind__in', ['FINISHED', 'DROPPED']), _negated=True), ('starts_at__isnull', False)), _connector='OR'), name='restoration_planchange_knows_after'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('state', models.CharField(choices=[('OPEN', 'Being written'), ('RUNNING', 'Being reckoned'), ('READY', 'Ready'), ('FAILED', 'No plan'), ('PUBLISHED', 'Made real'), ('DISCARDED', 'Thrown away')], default='OPEN', max_length=10, verbose_name='state')),
                ('changes', models.JSONField(default=list)),
                ('result', models.JSONField(blank=True, default=dict)),
                ('left_to_do', models.JSONField(blank=True, default=list)),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('base', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='restoration.planrun')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('run', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scenario', to='restoration.planrun')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scenarios', to='workshop.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'scenario',
                'verbose_name_plural': 'scenarios',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state__in', ['PUBLISHED', 'DISCARDED'])), models.Q(models.Q(('state__in', ['PUBLISHED', 'DISCARDED']), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='restoration_scenario_closed_has_time'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['READY', 'PUBLISHED']), _negated=True), ('run__isnull', False), _connector='OR'), name='restoration_scenario_ready_has_run'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='planrun',
            name='restoration_planrun_one_queued',
        ),
        migrations.AddField(
            model_name='assignment',
            name='is_pinned',
            field=models.BooleanField(default=False, verbose_name='pinned'),
        ),
        migrations.AddField(
            model_name='jobcard',
            name='remaining_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='estimated at'),
        ),
        migrations.AddField(
            model_name='jobcard',
            name='remaining_minutes',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='left by estimate, minutes'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='causes',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='planrun',
            name='change_count',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='cards changed'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='compared_with',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='compared_by', to='restoration.planrun'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='input_hash',
            field=models.CharField(blank=True, max_length=64, verbose_name='input'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='iterations',
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name='changes tried'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='kind',
            field=models.CharField(choices=[('USUAL', 'Usual'), ('NIGHTLY', 'Nightly, longer'), ('SCENARIO', 'What if')], default='USUAL', max_length=8, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='known',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='known cards'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='known_kept',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='known cards that kept their start'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='near',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='near cards'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='near_kept',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='near cards that kept their day'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='progress',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='planrun',
            name='seconds',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name='search time, seconds'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='seed',
            field=models.PositiveIntegerField(default=0, verbose_name='seed'),
        ),
        migrations.AddField(
            model_name='planrun',
            name='stale_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='out of date since'),
        ),
        migrations.RunSQL(OLD_PLANS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='jobcard',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('remaining_at__isnull', True), ('remaining_minutes__isnull', True)), models.Q(('remaining_at__isnull', False), ('remaining_minutes__isnull', False)), _connector='OR'), name='restoration_card_estimate_has_time'),
        ),
        migrations.AddConstraint(
            model_name='planrun',
            constraint=models.UniqueConstraint(models.F('site'), models.F('kind'), condition=models.Q(('state', 'QUEUED'), models.Q(('kind', 'SCENARIO'), _negated=True)), name='restoration_planrun_one_queued'),
        ),
        migrations.AddConstraint(
            model_name='planrun',
            constraint=models.CheckConstraint(condition=models.Q(('is_in_force', False), models.Q(('kind', 'SCENARIO'), _negated=True), _connector='OR'), name='restoration_planrun_scenario_not_in_force'),
        ),
        migrations.AddConstraint(
            model_name='planrun',
            constraint=models.CheckConstraint(condition=models.Q(('is_in_force', False), ('change_count__isnull', False), _connector='OR'), name='restoration_planrun_in_force_is_compared'),
        ),
        migrations.RunSQL(COMPARED, UNCOMPARED),
    ]
