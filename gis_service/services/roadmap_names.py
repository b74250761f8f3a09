"""What people call sectors, services, statuses and columns of a programme."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gis_service.catalogue.loader import Catalogue
from gis_service.services.roadmap_document import ALL, OTHER
from gis_service.services.roadmap_request import PROJECTS
from gis_service.types import Language, LayerId, Text

_OWN = {
    ALL: Text("Tất cả lĩnh vực", "All sectors"),
    OTHER: Text("chưa rõ lĩnh vực", "sector not known"),
    "before": Text("trước giai đoạn đầu", "before the first phase"),
}


@dataclass(frozen=True)
class Names:
    """Words by name; what is not known is called by its name.

    Parameters
    ----------
    sectors, services, standards, statuses, columns
        Words of each.
    sources
        Source and licence of layers.
    city
        Name of the city.
    """

    sectors: Mapping[str, Text] = field(default_factory=dict)
    services: Mapping[str, Text] = field(default_factory=dict)
    standards: Mapping[str, Text] = field(default_factory=dict)
    statuses: Mapping[str, Text] = field(default_factory=dict)
    columns: Mapping[str, Text] = field(default_factory=dict)
    sources: Mapping[str, Text] = field(default_factory=dict)
    city: Text | None = None

    def said(self, words: Mapping[str, Text], name: str | None, language: Language) -> str:
        """Give the words for a name, a dash for None."""
        if name is None:
            return "–"
        known = words.get(name) or _OWN.get(name)
        return name if known is None else known.in_language(language)


def names_of(catalogue: Catalogue, layer: str = PROJECTS) -> Names:
    """Take the words from the definitions of the city.

    Parameters
    ----------
    catalogue
        Layers and standards.
    layer
        That of the projects.
    """
    known = catalogue.layers.get(LayerId(layer))
    fields = {} if known is None else {field.name: field for field in known.fields}
    return Names(
        sectors=fields["sector"].words if "sector" in fields else {},
        services={str(id_): one.title for id_, one in catalogue.layers.items()},
        standards={id_: one.title for id_, one in catalogue.standards.items()},
        statuses=fields["status"].words if "status" in fields else {},
        columns={name: one.label for name, one in fields.items()},
        sources={
            str(id_): Text(
                *(
                    f"{said} ({one.licence})."
                    for said in (one.source.vi.rstrip("."), one.source.en.rstrip("."))
                )
            )
            for id_, one in catalogue.layers.items()
        },
        city=catalogue.city.title,
    )
