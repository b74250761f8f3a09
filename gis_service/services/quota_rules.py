"""What the standards of a service ask each unit to have, beside the rule that a study judges by."""

from dataclasses import asdict, dataclass

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Quota


@dataclass(frozen=True)
class QuotaRule:
    """The quota of a standard.

    Parameters
    ----------
    standard
        Id of the standard.
    group
        Whose people are counted.
    quota
        How much there must be, of what, for whom.
    unit_types
        Kinds of units that it holds in; empty means every kind.
    min_site_m2
        Facilities on a site that is known to be smaller do not count.
    """

    standard: str
    group: str
    quota: Quota
    unit_types: tuple[str, ...] = ()
    min_site_m2: float | None = None

    def as_document(self) -> dict[str, object]:
        """Give the rule as it stands among the parameters of a study."""
        told = {"standard": self.standard, "group": self.group} | asdict(self.quota)
        kinds = {"unit_types": list(self.unit_types)} if self.unit_types else {}
        sites = {} if self.min_site_m2 is None else {"min_site_m2": self.min_site_m2}
        return told | kinds | sites


def quotas_of(catalogue: Catalogue, service: str) -> tuple[QuotaRule, ...]:
    """Give the quotas of all standards of a service, by id of the standard."""
    found = [one for _, one in sorted(catalogue.standards.items()) if one.service == service]
    return tuple(
        QuotaRule(one.id, one.group, one.quota, one.unit_type, one.min_site_m2)
        for one in found
        if one.quota is not None
    )
