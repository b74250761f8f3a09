"""Comparisons: whom a service reaches in one state and not in another, person by person.

Both states are computed over the same people and the same roads, which are read, noded and joined once; where
the states close other roads, or are of another time of the day, each has the ways of its own
(`gis_service.services.compare_states`). A `Workbench` keeps what several comparisons share, so that many of
them cost little more than one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gis_service.analysis.change import Answers
from gis_service.analysis.demand import Demand
from gis_service.analysis.zones import BEYOND
from gis_service.services.artefacts import keep_artefacts
from gis_service.services.compare_document import Told, compare_document
from gis_service.services.compare_facilities import Side
from gis_service.services.compare_request import CompareTask
from gis_service.services.compare_states import Asked, StatesBench, shared_references
from gis_service.services.coverage import Progress
from gis_service.services.coverage_document import Document, study_id
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.disclosure import CLOSED
from gis_service.services.disclosure_vintage_changes import Compared as Changed
from gis_service.services.disclosure_vintage_changes import closed_changes
from gis_service.services.documents import digest
from gis_service.services.prepared import Prepared
from gis_service.services.prepared_ground import (
    marks_of,
    prepared_ground,
    prepared_inputs,
    units_by_vintage,
    units_told_by,
)
from gis_service.services.scenario_states import edited
from gis_service.services.study_inputs import Units
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import CoverageTask
from gis_service.services.what_if_capacity import capacity_notices, rooms
from gis_service.services.what_if_request import PROCESS as WHAT_IF
from gis_service.services.what_if_request import Edits
from gis_service.types import Geometries, Int32s, LayerId, VersionId


@dataclass(frozen=True)
class CompareLayers:
    """The layers of the two states, and of the state afterwards in the vintage of the answer."""

    before: StudyLayers
    after: StudyLayers
    told: StudyLayers

    @property
    def by_side(self) -> tuple[tuple[str, StudyLayers], ...]:
        """The layers of each, named."""
        return (("before", self.before), ("after", self.after), ("told", self.told))

    @property
    def references(self) -> dict[str, object]:
        """The ``inputs`` of the document: what both states share stands once, the rest by its state."""
        return shared_references(self.told.references, self.before.references, self.after.references)

    @property
    def generated(self) -> bool:
        """Whether any input is generated data."""
        return any(one.generated for one in (self.before, self.after, self.told))


@dataclass(frozen=True)
class Compared:
    """What a comparison found; personal, unlike what is shown of it.

    Parameters
    ----------
    document
        As it is kept.
    inputs
        The people and the units of the answer.
    demand, zone
        People of the study area, and their units.
    answers
        Everybody's way before and afterwards.
    limit
        Greatest cost that counts as covered, ms or mm.
    units
        Their units in every vintage.
    """

    document: Document
    inputs: CoverageInputs
    demand: Demand
    zone: Int32s
    answers: tuple[Answers, Answers]
    limit: int
    units: tuple[Int32s, ...]


class Workbench:
    """Computes studies on one state of the data, in one transaction; what they share is computed once.

    Parameters
    ----------
    prepared
        What is known already; nothing when None.
    """

    def __init__(self, prepared: Prepared | None = None) -> None:
        self._prepared = Prepared() if prepared is None else prepared
        self._marks: dict[tuple[LayerId, VersionId, int], str] = {}
        self._kept: dict[tuple[int, int, int], CoverageInputs] = {}
        self._states = StatesBench(self._prepared.memo)

    def inputs(self, layers: StudyLayers, task: CoverageTask) -> CoverageInputs:
        """Read what a study of coverage computes on, as `prepared_inputs` does; raises the same."""
        return prepared_inputs(self._prepared, layers, task, self._marks_of(layers))

    def units(self, layers: StudyLayers, task: CoverageTask, layer: LayerId) -> Units:
        """Put the people of a study into the units of another layer, as `units_told_by` does."""
        return units_told_by(self._prepared, layers, task, self._marks_of(layers), layer)

    def walkable(self, layers: StudyLayers, task: CoverageTask) -> Geometries:
        """Give the lines that areas are entered from, none in a study without roads; raises as `inputs`."""
        return prepared_ground(self._prepared, layers, task, self._marks_of(layers)).walkable

    def every_unit(
        self, layers: StudyLayers, task: CoverageTask, inputs: CoverageInputs
    ) -> dict[LayerId, Int32s]:
        """Put the people of a study area into the units of every vintage, as `units_by_vintage` does."""
        found = units_by_vintage(self._prepared, layers, task, self._marks_of(layers))
        return {layer: zone[inputs.zone != BEYOND] for layer, zone in found.items()}

    def _marks_of(self, layers: StudyLayers) -> dict[str, str]:
        # Two bands of one raster are two contents.
        names = {
            role: (layer, layers.versions[role], layers.rasters[role].band if role in layers.rasters else 0)
            for role, layer in layers.layers.items()
        }
        new = tuple(role for role, name in names.items() if name not in self._marks)
        self._marks |= {names[role]: mark for role, mark in marks_of(layers, new).items()}
        return {role: self._marks[name] for role, name in names.items()}

    def keep(self, inputs: CoverageInputs) -> None:
        """Keep the artefacts of a study, where there is a store, under the names that its document gives."""
        store, about = self._prepared.store, (id(inputs.network), id(inputs.demand), id(inputs.zone))
        if store is not None and about not in self._kept:
            keep_artefacts(store, inputs)
            self._kept[about] = inputs

    def compare(
        self,
        layers: CompareLayers,
        task: CompareTask,
        progress: Progress | None = None,
        edits: Edits | None = None,
        scenarios: Mapping[str, Edits] | None = None,
    ) -> Document:
        """Give the document of a comparison; arguments and errors as of `compared`."""
        return self.compared(layers, task, progress, edits, scenarios).document

    def compared(
        self,
        layers: CompareLayers,
        task: CompareTask,
        progress: Progress | None = None,
        edits: Edits | None = None,
        scenarios: Mapping[str, Edits] | None = None,
    ) -> Compared:
        """Compare two states.

        Parameters
        ----------
        layers, task
            Which layers, and what is asked.
        progress
            Told each step as it begins: ``read``, ``ways``, ``changes``, ``done``.
        edits
            Put to the facilities of the state afterwards, for the process ``what_if``.
        scenarios
            Edits of the states that scenarios make, by ``before`` and ``after``.

        Raises
        ------
        RefusedInput, Conflict
            As a study of coverage of either state; as `edited`.
        """
        tell = progress or (lambda _step, _share: None)
        tell("read", 0.0)
        before, after = self.inputs(layers.before, task.before), self.inputs(layers.after, task.after)
        told = self.inputs(layers.told, task.told)
        states = {"after": edits} if edits is not None else {**(scenarios or {})}
        named = [edit for one in states.values() for edit in one.facilities]
        before = edited(before, layers.before, states.get("before"))
        after = edited(after, layers.after, states.get("after"))
        asked = Asked(
            told=told,
            before=_side(before, task.before, layers.before),
            after=_side(after, task.after, layers.after),
            shares_ways=task.shares_ways,
            limits=task.limits,
        )
        found = self._states.compare(asked, tell)
        said = Told(
            inputs=layers.references,
            parameters=task.as_document(),
            base=study_id(before, task.before.parameters),
            artefacts=found.artefacts,
            zones=told.zones,
            facilities=found.facilities.rows,
            notices=[*capacity_notices(named, task.after.parameters), *found.notices],
            generated=layers.generated,
            rooms=rooms(named, before.facilities, after.facilities),
        )
        if edits is not None:
            one = edits.as_document()
            parameters = {**said.parameters, "edits": one}
            said = replace(said, process=WHAT_IF, parameters=parameters, edits_hash=digest(one))
        elif states:
            told_edits = {side: one.as_document() for side, one in states.items()}
            parameters = {**said.parameters, "edits": told_edits}
            said = replace(said, parameters=parameters, edits_hash=digest(told_edits))
        document = compare_document(said, found.comparison, task.parameters)
        units = self.every_unit(layers.told, task.told, told)
        answers, limit = found.facilities.answers, task.parameters.limit_cost
        changed = Changed(found.demand, answers, limit)
        closed = closed_changes(changed, told.zones.ids, layers.told.layers["zones"], units)
        tell("done", 1.0)
        document = document if closed is None else document | {CLOSED: closed}
        zone = told.zone[told.zone != BEYOND]
        return Compared(document, told, found.demand, zone, answers, limit, tuple(units.values()))


def _side(read: CoverageInputs, task: CoverageTask, layers: StudyLayers) -> Side:
    return Side(read, task.parameters, str(layers.layers["facilities"]), read.facilities.ids or None)
