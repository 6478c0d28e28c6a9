"""The tree of categories, read at once: names and addresses for documents, facets and pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import caches
from oscar.core.loading import get_model

Category = get_model("catalogue", "Category")

CACHE_KEY = "search:categories"
CACHE_SECONDS = 60


@dataclass(frozen=True)
class Branch:
    """A public category. Its path is the slugs from the root, as in «food/bread»."""

    pk: int
    path: str
    name: str

    @property
    def slug(self) -> str:
        """What stands in the address of its page."""
        return self.path.rpartition("/")[2]

    @property
    def parent_path(self) -> str:
        """Empty for a category at the root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class CategoryTree:
    """Public categories by path, in the order of the tree."""

    branches: dict[str, Branch]

    def named(self, slug: str) -> Branch | None:
        """The branch of this slug; the first in the tree where two have the same."""
        return next((branch for branch in self.branches.values() if branch.slug == slug), None)

    def lineage(self, path: str) -> list[Branch]:
        """The branch and all above it, root first."""
        slugs = path.split("/")
        paths = ("/".join(slugs[: depth + 1]) for depth in range(len(slugs)))
        return [self.branches[each] for each in paths if each in self.branches]

    def children(self, path: str) -> list[Branch]:
        """Branches right below; the roots for an empty path."""
        return [branch for branch in self.branches.values() if branch.parent_path == path]

    def leaves(self) -> list[Branch]:
        """Branches with nothing below them."""
        parents = {branch.parent_path for branch in self.branches.values()}
        return [branch for branch in self.branches.values() if branch.path not in parents]

    def by_pk(self) -> dict[int, Branch]:
        return {branch.pk: branch for branch in self.branches.values()}


def read_category_tree() -> CategoryTree:
    """The public tree as it stands now: one query. A branch under a hidden one is hidden."""
    slugs: dict[str, str] = {"": ""}
    branches = {}
    rows = Category.objects.filter(is_public=True).order_by("path")
    for pk, tree_path, slug, name in rows.values_list("pk", "path", "slug", "name"):
        above = tree_path[: -Category.steplen]
        if above in slugs:
            path = f"{slugs[above]}/{slug}".lstrip("/")
            slugs[tree_path] = path
            branches[path] = Branch(pk=pk, path=path, name=name)
    return CategoryTree(branches)


def category_tree() -> CategoryTree:
    """The public tree, at most a minute old; for pages, which then need no query for it."""
    cache = caches["local"]
    tree: CategoryTree | None = cache.get(CACHE_KEY)
    if tree is None:
        tree = read_category_tree()
        cache.set(CACHE_KEY, tree, CACHE_SECONDS)
    return tree
