"""The categories at the desk: names, pictures, kinds of goods, and which are shown."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from oscar.apps.catalogue.models import Category, ProductClass

from shop.accounts.models import User
from shop.forms import PlainForm, PlainTextField
from vendors.desk.care import for_stall_staff
from vendors.stalls.errors import StallError
from vendors.stalls.models import CategoryClass
from vendors.stalls.services.categories import add_category, change_category


class NewCategoryForm(PlainForm):
    name = PlainTextField(label=gettext_lazy("Name"), max_length=60)
    parent = forms.ModelChoiceField(
        Category.objects.filter(depth=1).order_by("path"),
        label=gettext_lazy("Stands in"),
        required=False,
        empty_label=gettext_lazy("at the top"),
    )


class CategoryForm(PlainForm):
    name = PlainTextField(label=gettext_lazy("Name"), max_length=60)
    kind = forms.ModelChoiceField(
        ProductClass.objects.order_by("name"),
        label=gettext_lazy("What is asked of its goods"),
        required=False,
        empty_label=gettext_lazy("nothing more, or as above it"),
    )
    is_public = forms.BooleanField(label=gettext_lazy("Shown in the shop"), required=False)
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/heic"}),
    )


@for_stall_staff
@require_safe
def categories(request: HttpRequest, user: User) -> HttpResponse:
    rows = (
        Category.objects.select_related("goods_class__product_class")
        .annotate(n_goods=Count("product"))
        .order_by("path")
    )
    return render(request, "desk/categories.html", {"categories": rows})


@for_stall_staff
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, user: User) -> HttpResponse:
    form = NewCategoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        parent = form.cleaned_data["parent"]
        name = form.cleaned_data["name"]
        beside = parent.get_children() if parent else Category.get_root_nodes()
        same = beside.filter(name=name).first()
        if same is None:  # pressed twice, or there before
            try:
                same = add_category(name=name, parent_id=parent.pk if parent else None)
            except StallError as error:
                form.add_error("parent", str(error))
        if same is not None:
            return redirect("desk:category", category_id=same.pk)
    return render(request, "desk/new_category.html", {"form": form})


@for_stall_staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, user: User, category_id: int) -> HttpResponse:
    category = get_object_or_404(Category, pk=category_id)
    form = CategoryForm(request.POST or None, request.FILES or None, initial=_said(category))
    if request.method == "POST" and form.is_valid():
        try:
            change_category(category=category, **form.cleaned_data)
        except StallError as error:
            form.add_error("picture", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("desk:categories")
    return render(request, "desk/category.html", {"form": form, "category": category})


def _said(category: Category) -> dict[str, Any]:
    row = CategoryClass.objects.filter(category=category).first()
    return {
        "name": category.name,
        "is_public": category.is_public,
        "kind": row.product_class_id if row else None,
    }
