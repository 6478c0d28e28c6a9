"""Oscar asks for thumbnails of its own pictures; the shop's photos come in every width already."""

from typing import Any

from oscar.core.thumbnails import AbstractThumbnailer


class PictureItself(AbstractThumbnailer):
    """A picture of Oscar's dashboard is its own thumbnail, so there is none to make or delete."""

    def generate_thumbnail(self, source: Any, **options: Any) -> Any:
        return source

    def delete_thumbnails(self, source: Any) -> None:
        return None
