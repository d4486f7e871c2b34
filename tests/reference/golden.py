"""Writes workers/models/<id>/golden.json from the reference.py and the cases.json beside it.

    /usr/bin/python3 tests/reference/golden.py [ids…]
"""
import json
import pathlib
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])
from reference.data import DATASETS  # noqa: E402
from reference.model import MODELS, ids, load  # noqa: E402
from reference.output import write  # noqa: E402
from reference.runs import case  # noqa: E402


def golden(id):
    """The cases of a model, one set for each data set that they use."""
    kind, sets, references = load(id), {}, {}
    known = {**DATASETS, **kind.datasets}
    for spec in json.loads((MODELS / id / "cases.json").read_text())["golden"]:
        name = spec.get("data", kind.dataset)
        if name not in sets:
            data = known[name]()
            sets[name] = data, {"dataset": data.json(), "cases": []}
        data, found = sets[name]
        references[spec["name"]], record = case(kind, spec, data)
        found["cases"].append(record)
    kind.verify(references)
    return {"sets": [found for _, found in sets.values()]}


def main(chosen):
    for id in chosen or ids():
        write(MODELS / id / "golden.json", golden(id), depth=4)


if __name__ == "__main__":
    main(sys.argv[1:])
