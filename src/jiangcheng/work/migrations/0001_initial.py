import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('parties', '0002_certificate_photo'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='wish', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('mail', models.EmailField(blank=True, max_length=254, verbose_name='电子邮件地址')),
                ('mobile', models.CharField(blank=True, max_length=20, verbose_name='手机号码')),
                ('by_mail', models.JSONField(default=list)),
                ('by_sms', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('approve', '待您审批'), ('decided', '审批结果'), ('visit', '检查进展'), ('firm', '企业办理'), ('result', '检查告知'), ('filing', '备案'), ('item', '事项审核'), ('handover', '转办'), ('remind', '催办'), ('platform', '平台运行')], max_length=16)),
                ('words', models.CharField(max_length=200)),
                ('page', models.CharField(blank=True, max_length=60)),
                ('args', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Nudge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=64)),
                ('key', models.BigIntegerField()),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.person')),
            ],
        ),
        migrations.CreateModel(
            name='Sending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('mail', '电子邮件'), ('sms', '短信'), ('hook', '接口推送')], max_length=8)),
                ('due_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('failed_at', models.DateTimeField(blank=True, null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sendings', to='work.notice')),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.person')),
            ],
        ),
        migrations.CreateModel(
            name='Filter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=20, verbose_name='名称')),
                ('query', models.CharField(max_length=500)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='filters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('account', 'page', 'name'), name='work_filter_once')],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=24)),
                ('key', models.BigIntegerField()),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='转办理由')),
                ('at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.body')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.person')),
                ('taker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.person')),
            ],
            options={
                'indexes': [models.Index(fields=['taker', 'kind'], name='work_handov_taker_i_334403_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('kind', 'key'), name='work_handover_once')],
            },
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['account', '-id'], name='work_notice_account_0b97ce_idx'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('read_at', None)), fields=['account'], name='work_notice_unread'),
        ),
        migrations.AddConstraint(
            model_name='nudge',
            constraint=models.UniqueConstraint(fields=('subject', 'key', 'day'), name='work_nudge_once_a_day'),
        ),
        migrations.AddIndex(
            model_name='sending',
            index=models.Index(condition=models.Q(('done_at', None), ('failed_at', None)), fields=['due_at'], name='work_sending_due'),
        ),
        migrations.AddIndex(
            model_name='sending',
            index=models.Index(condition=models.Q(('failed_at__isnull', False), ('settled_at', None)), fields=['failed_at'], name='work_sending_failed'),
        ),
        migrations.AddConstraint(
            model_name='sending',
            constraint=models.UniqueConstraint(fields=('notice', 'channel'), name='work_sending_once'),
        ),
    ]
