import jiangcheng.kernel.storage
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0003_treenode'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=2)),
                ('key', models.BigIntegerField()),
                ('text', models.TextField()),
                ('grams', jiangcheng.kernel.storage.GramsField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'key'), name='kernel_searchrow_once')],
            },
        ),
    ]
