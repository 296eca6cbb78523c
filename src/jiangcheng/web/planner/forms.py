"""The planner's forms: an item draft, its check questions, a plan row, an upload."""

from __future__ import annotations

from django import forms
from django.forms import formset_factory

from jiangcheng.inspection.items.models import Cap, Item, ItemVersion
from jiangcheng.inspection.items.words import METHODS
from jiangcheng.inspection.plans.models import PlanRow
from jiangcheng.inspection.plans.words import FINDS

DATE = {"type": "date"}
EXAMPLES = {
    "name": "例：食品经营监督检查", "basis": "例：《中华人民共和国食品安全法》第一百一十条", "subjects": "例：餐饮服务和食品销售单位",
    "content": "例：许可、进货查验、贮存条件", "standard": "国务院主管部门公布的标准名称", "cap_note": "照公布的原文填写",
    "reason": "为什么新增、变更",
    "standard_none": "确实没有公布标准的才勾选，页面会注明", "effective_from": "公布之日或者以后",
}


def ask_to_choose(form: forms.Form) -> None:
    """Words for the empty line of each drop-down."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = "请选择" if field.required else "不限"
        elif isinstance(field, forms.ChoiceField) and isinstance(field.widget, forms.Select) and any(c[0] == "" for c in field.choices):
            field.choices = [("", "请选择"), *(c for c in field.choices if c[0] != "")]


class Drafted:
    """A form whose blank fields may be saved and are asked for later: shown as wanted, never refused here."""

    use_required_attribute = False
    always: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_to_choose(self)
        self._want(shown=True)

    def _want(self, *, shown: bool) -> None:
        for name, field in self.fields.items():
            field.required = name in self.always or (shown and name not in self.optional)

    def full_clean(self) -> None:
        self._want(shown=False)
        super().full_clean()
        self._want(shown=True)


class ItemForm(Drafted, forms.ModelForm):
    """A draft version; blank fields stay blank until submission."""

    always = ("name",)
    optional = ("cap_note", "standard_none", "standard", "standard_issuer", "standard_version", "standard_from")

    class Meta:
        model = ItemVersion
        fields = (
            "name", "field", "basis", "basis_level", "lowest_level", "subjects", "content", "manner", "standard", "standard_issuer",
            "standard_version", "standard_from", "standard_none", "cap_note", "reason", "effective_from",
        )
        widgets = {
            "standard_from": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "effective_from": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "basis": forms.Textarea(attrs={"rows": 2}), "content": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = EXAMPLES


class QuestionForm(forms.Form):
    """One check question."""

    text = forms.CharField(label="检查要点", max_length=300, required=False)
    basis = forms.CharField(label="依据", max_length=300, required=False)
    method = forms.ChoiceField(label="方法", choices=METHODS, required=False)


QuestionForms = formset_factory(QuestionForm, extra=3, max_num=60)


class RowForm(Drafted, forms.ModelForm):
    """A plan row: nine contents, quarters, how the subjects are found."""

    quarters = forms.MultipleChoiceField(
        label="实施季度", choices=[(str(n), f"第{w}季度") for n, w in enumerate("一二三四", 1)], widget=forms.CheckboxSelectMultiple, required=False,
    )
    find = forms.ChoiceField(label="对象确定方式", choices=FINDS, widget=forms.RadioSelect, required=False)

    class Meta:
        model = PlanRow
        fields = (
            "item_name", "basis", "body_name", "subjects", "contents", "manner", "frequency", "proportion", "necessity", "find", "quarters",
        )
        widgets = {
            "basis": forms.Textarea(attrs={"rows": 2}), "contents": forms.Textarea(attrs={"rows": 2}),
            "necessity": forms.Textarea(attrs={"rows": 3}), "item_name": forms.TextInput(attrs={"list": "items"}),
            "manner": forms.TextInput(attrs={"list": "manners"}),
        }
        help_texts = {
            "item_name": "与公布的事项清单一致", "manner": "现场、非现场，须与事项公布的方式一致", "frequency": "例：每年1次、每季度1次",
            "proportion": "例：20%、全覆盖、30家", "necessity": "例：上年抽检不合格率 6%，高于全区平均",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance and self.instance.quarters:
            self.initial["quarters"] = self.instance.quarters.split(",")

    def clean_quarters(self) -> str:
        return ",".join(self.cleaned_data["quarters"]) or "1,2,3,4"

    def values(self) -> dict[str, str]:
        """Contents for ``plans.actions.save_row``."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class CapForm(forms.ModelForm):
    """A published cap, written down as printed; what could be read from it is shown after saving."""

    class Meta:
        model = Cap
        fields = ("issuer", "issuer_level", "printed", "field", "item", "exceptions", "valid_from", "source_url")
        labels = {"printed": "上限原文", "exceptions": "例外（原文）", "valid_from": "适用自", "source_url": "来源"}
        widgets = {
            "valid_from": forms.DateInput(attrs=DATE, format="%Y-%m-%d"), "printed": forms.Textarea(attrs={"rows": 2}),
            "exceptions": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "printed": "照公布的原文填写，例：同一企业每年检查不超过2次", "field": "对整个领域适用的选领域", "item": "只对一个事项适用的选事项",
            "source_url": "公布的网址或者文号",
        }

    def __init__(self, body_id: int, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ask_to_choose(self)
        self.fields["item"].queryset = Item.objects.filter(body=body_id)
        self.fields["item"].label = "检查事项"
        self.fields["item"].label_from_instance = lambda item: " ".join(filter(None, (item.code, getattr(item.versions.last(), "name", ""))))


class UploadForm(forms.Form):
    """A table to import."""

    file = forms.FileField(label="Excel 文件", help_text=".xlsx，不超过 5 MB、5,000 行")

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > 5 * 1024 * 1024:
            raise forms.ValidationError("文件超过 5 MB，请分成几个文件。")
        return file
