#!/usr/bin/env python3
"""Repeats the traced steps of a LightGCN or EGRA run from its audit trace alone, and says whether they agree.

    python3 docs/replay.py <the run's output folder>

Needs numpy and torch. Everything is computed anew in float64 by PyTorch's automatic differentiation: the graphs from the
training pairs, the loss terms and gradients from the traced parameters before each step, and the updates of Adam from the
traced gradients. Exit code 0: all agrees. 1: something does not, or the trace cannot be replayed.

Bounds: 1e-4 relative for loss terms; 1e-4 of a tensor's largest gradient for its gradients, or, where sums cancel, ten times
the error that this script itself makes in float32; 1e-4 of the step's largest update for updates, beyond the rounding of
the float32 numbers in which parameters are kept (half a unit in the last place).
"""
import json
import pathlib
import struct
import sys

import numpy as np
import torch
from torch.nn.functional import logsigmoid

TERMS = GRADIENTS = UPDATES = 1e-4  # relative; of the tensor's largest gradient; of the step's largest update
FLOOR = 1e-6  # of the step's largest gradient: tensors with smaller ones are compared as if theirs were this large
TIE, VALUES = 2e-6, 1e-5  # neighbours whose similarities are closer may swap; relative, for the values of graphs


def read_safetensors(path):
    """Name -> array. The file: length of the header (8 bytes, little-endian), header (JSON), data."""
    data = path.read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    kinds = {"F32": "<f4", "I32": "<i4"}
    return {name: np.frombuffer(data[start + entry["data_offsets"][0]:start + entry["data_offsets"][1]],
                                kinds[entry["dtype"]]).reshape(entry["shape"]) for name, entry in header.items()}


class Trace:
    def __init__(self, folder):
        self.arrays = read_safetensors(folder / "trace.safetensors")
        document = json.loads((folder / "trace.json").read_text())
        self.model, self.config = document["experiment"]["model"], document["experiment"]["config"]
        self.users, self.items = document["dataset"]["users"], document["dataset"]["items"]
        self.modalities = [modality["key"] for modality in document["modalities"]]
        self.shapes = {name: graph["shape"] for name, graph in document["graphs"].items()}
        self.parameters, self.steps = list(document["parameters"]), document["steps"]
        self.trained = [name for name in self.parameters if f"step0/grad/{name}" in self.arrays]

    def edges(self, name):
        """Rows, columns and values of a graph."""
        pointers, columns, values = (self.arrays[f"graph/{name}/{part}"] for part in ("rowPtr", "colIdx", "values"))
        rows = np.repeat(np.arange(len(pointers) - 1), np.diff(pointers))
        return rows, columns.astype(np.int64), values.astype(np.float64)

    def graph(self, name, dtype):
        rows, columns, values = self.edges(name)
        places, values = torch.tensor(np.stack([rows, columns])), torch.tensor(values, dtype=dtype)
        return torch.sparse_coo_tensor(places, values, self.shapes[name]).coalesce()

    def before(self, step, name):
        trained = step and f"step{step - 1}/after/{name}" in self.arrays
        return self.arrays[f"step{step - 1}/after/{name}" if trained else f"init/{name}"].astype(np.float64)

    def batch(self, step):
        parts = ("users", "positives", "negatives")
        return [torch.tensor(self.arrays[f"step{step}/{part}"].astype(np.int64)) for part in parts]


# ---------------------------------------------------------------- graphs

def sym(rows, columns, values, nodes, constant=0.0):
    """Values of D^-1/2 A D^-1/2, D the row sums of A plus the constant; 0 where a row sum is not positive."""
    degrees = np.bincount(rows, values, nodes) + constant
    roots = np.where(degrees > 0, 1 / np.sqrt(np.where(degrees > 0, degrees, 1)), 0)
    return roots[rows] * values * roots[columns]


def behaviour_edges(trace):
    """G = [[0, R], [R^T, S]] with R from the training pairs, and with S if the model adds item-item edges."""
    user, item = np.unique(trace.arrays["data/train"].astype(np.int64), axis=0).T
    parts = [(user, trace.users + item, np.ones(len(user))), (trace.users + item, user, np.ones(len(user)))]
    if "enhanced" in trace.shapes:
        rows, columns, values = trace.edges("enhanced")
        parts.append((trace.users + rows, trace.users + columns, values))
    return [np.concatenate(part) for part in zip(*parts)]


def same_graph(trace, name, rows, columns, values):
    """Edge for edge, and values to 1e-5."""
    def ordered(rows, columns, values):
        keys = (rows * trace.shapes[name][1] + columns)[values != 0]
        order = np.argsort(keys, kind="stable")
        return keys[order], values[values != 0][order]

    keys, expected = ordered(rows, columns, values)
    traced_keys, traced = ordered(*trace.edges(name))
    if not np.array_equal(keys, traced_keys):
        return False, f"{len(np.setxor1d(keys, traced_keys))} edges differ"
    error = np.abs(traced / expected - 1).max()
    return bool(error <= VALUES), f"{len(keys)} edges, values differ by {error:.1e}"


def same_neighbours(trace, name, vectors, count, itself):
    """Edge for edge the `count` most similar rows by cosine; those within TIE of each other may swap.

    With `itself`, an item is the first of its own neighbours; otherwise it is none of them. Returns also the cosines of
    the traced edges.
    """
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    unit = np.float32(vectors / np.maximum(norms, 1e-12)).astype(np.float64)
    pointers, columns = trace.arrays[f"graph/{name}/rowPtr"], trace.edges(name)[1]
    wrong, swaps, cosines = 0, 0, np.empty(len(columns))
    for row in range(len(unit)):
        similar, at = unit @ unit[row], slice(pointers[row], pointers[row + 1])
        cosines[at] = similar[columns[at]]
        ranked = similar.copy()
        ranked[row] = np.inf if itself else -np.inf
        best = {j for j in np.argsort(-ranked, kind="stable")[:count].tolist() if similar[j] > 0 and ranked[j] > -np.inf}
        traced = set(columns[at].tolist())
        missing, added = [similar[j] for j in best - traced], [similar[j] for j in traced - best]
        if missing or added:
            near = len(missing) == len(added) and max(missing) - min(added) <= TIE
            swaps, wrong = swaps + near, wrong + (not near)
    return wrong == 0, f"{len(columns)} edges, {wrong} rows differ, {swaps} rows by near ties", cosines


def check_graphs(trace):
    """Yields (what was checked, whether it agrees, details)."""
    config, nodes = trace.config, trace.users + trace.items
    rows, columns, values = behaviour_edges(trace)
    # LightGCN adds 1e-7 to degrees, but not with item-item edges.
    constant = 1e-7 if trace.model == "lightgcn" and "enhanced" not in trace.shapes else 0.0
    block = "S" if "enhanced" in trace.shapes else "0"
    yield (f"userItem = sym([[0,R],[R^T,{block}]])",
           *same_graph(trace, "userItem", rows, columns, sym(rows, columns, values, nodes, constant)))
    if "userFromItem" in trace.shapes:
        user, item = np.unique(trace.arrays["data/train"].astype(np.int64), axis=0).T
        scale = 1 / np.sqrt(np.bincount(user)[user] * np.bincount(item)[item])
        yield "userFromItem = 1/sqrt(d_u d_i)", *same_graph(trace, "userFromItem", user, item, scale)
    if "input/pretrained" in trace.arrays and "enhanced" in trace.shapes and not config["symmetrise"]:
        count, itself = config["enhancedNeighbours"], not config["excludeSelf"]
        same, details, _ = same_neighbours(trace, "enhanced", trace.arrays["input/pretrained"], count, itself)
        same = same and bool((trace.edges("enhanced")[2] == 1).all())
        yield f"S (enhanced) = top {count} by cosine of E_pt", same, details
    elif "enhanced" in trace.shapes:
        print("  not checked: the edges of S (symmetrised, or not by pre-trained embeddings)")
    for key in trace.modalities if trace.model == "egra" else ():
        name, count = f"items/{key}", config["neighbours"]
        same, details, cosines = same_neighbours(trace, name, trace.arrays[f"init/features/{key}"], count, True)
        yield f"{name} = top {count} by cosine, itself first", same, details
        rows, columns, _ = trace.edges(name)
        yield f"{name} = sym(cosines)", *same_graph(trace, name, rows, columns, sym(rows, columns, cosines, trace.items))


# ---------------------------------------------------------------- models

def propagate(graph, embeddings, layers):
    """Mean of layers 0..L."""
    outputs = [embeddings]
    for _ in range(layers):
        outputs.append(torch.sparse.mm(graph, outputs[-1]))
    return sum(outputs) / (layers + 1)


def differences(users, positives, negatives):
    return (users * positives).sum(1) - (users * negatives).sum(1)


class LightGcn:
    def __init__(self, trace, dtype):
        self.config, self.sizes, self.graph = trace.config, [trace.users, trace.items], trace.graph("userItem", dtype)

    def terms(self, p, batch, epoch):
        u, i, j = batch
        layer0 = torch.cat([p["userEmbedding"], p["itemEmbedding"]])
        users, items = propagate(self.graph, layer0, self.config["layers"]).split(self.sizes)
        x = differences(users[u], items[i], items[j])
        # Unsquared norms of the batch's rows of layer 0, over the real number of rows.
        norms = p["userEmbedding"][u].norm() + p["itemEmbedding"][i].norm() + p["itemEmbedding"][j].norm()
        return {"bpr": (-torch.log(1e-10 + torch.sigmoid(x)).mean(), 1.0), "reg": (norms / len(u), self.config["regWeight"])}


def linear(p, name, x):
    return x @ p[f"{name}/weight"] + p[f"{name}/bias"]


def unit(x):
    return x / x.norm(dim=1, keepdim=True).clamp(min=1e-12)


class Egra:
    def __init__(self, trace, dtype):
        self.config, self.sizes, self.modalities = trace.config, [trace.users, trace.items], trace.modalities
        self.graphs = {name: trace.graph(name, dtype) for name in trace.shapes}

    def views(self, p):
        """E_B and E_M, users stacked on items."""
        ids = torch.cat([p["userEmbedding"], p["itemEmbedding"]])
        behaviour = propagate(self.graphs["userItem"], ids, self.config["userItemLayers"])
        modal = []
        for key in self.modalities:
            projected = linear(p, f"project/{key}", p[f"features/{key}"])
            items = p["itemEmbedding"] * torch.sigmoid(linear(p, f"purify/{key}", projected))
            for _ in range(self.config["itemItemLayers"]):
                items = torch.sparse.mm(self.graphs[f"items/{key}"], items)
            modal.append(torch.cat([torch.sparse.mm(self.graphs["userFromItem"], items), items]))
        scores = torch.cat([torch.tanh(linear(p, "attention", e)) @ p["attention/query"].reshape(-1, 1) for e in modal], 1)
        shares = torch.softmax(scores, 1)
        common = sum(shares[:, [m]] * e for m, e in enumerate(modal))
        gated = [torch.sigmoid(linear(p, f"preference/{key}", behaviour)) * (e - common)
                 for key, e in zip(self.modalities, modal)]
        return behaviour, (common + sum(gated)) / (len(modal) + 1)

    def epoch_weight(self, epoch):
        low, high, ramp = (self.config[key] for key in ("weightMin", "weightMax", "weightEpochs"))
        return low + epoch / ramp * (high - low) if self.config["epochWeights"] == "ramp" and epoch < ramp else high

    def entities(self, column):
        """First row of each entity of the alignment, and per row the place of its entity."""
        if self.config["batchAs"] == "rows":
            return torch.arange(len(column)), torch.arange(len(column))
        first, place = {}, []
        for row, entity in enumerate(column.tolist()):
            place.append(first.setdefault(entity, (len(first), row))[0])
        return torch.tensor([row for _, row in first.values()]), torch.tensor(place)

    def alignment(self, b, m, fused, partner):
        """Sum of w * l over one side's entities; `fused`: the other side's e^f, `partner`: each entity's place there."""
        tau1, tau2, tau3 = (self.config[f"temperature{key}"] for key in ("Entity", "View", "Fused"))
        own, left, right = unit(b) @ unit(m).T, unit(b) @ unit(fused).T / tau3, unit(m) @ unit(fused).T / tau3
        row = torch.arange(len(b))
        positive = torch.stack([own[row, row] / tau2, left[row, partner], right[row, partner]], 1).logsumexp(1)
        losses = torch.cat([own / tau2, left, right], 1).logsumexp(1) - positive
        if self.config["entityWeights"] == "uniform":
            return losses.mean()
        return (torch.softmax((1 - own[row, row].detach()) / tau1, 0) * losses).sum()

    def terms(self, p, batch, epoch):
        u, i, j = batch
        behaviour, modal = self.views(p)
        users, items = (behaviour + modal).split(self.sizes)
        (b_users, b_items), (m_users, m_items) = behaviour.split(self.sizes), modal.split(self.sizes)
        # An entity that stands in several rows has its partner in the first of them.
        (user_rows, user_place), (item_rows, item_place) = self.entities(u), self.entities(i)
        bu, mu, bi, mi = b_users[u[user_rows]], m_users[u[user_rows]], b_items[i[item_rows]], m_items[i[item_rows]]
        weight = self.epoch_weight(epoch)
        # Half the squares of the final rows, over the configured batch size also in a short batch.
        squares = sum((rows ** 2).sum() for rows in (users[u], items[i], items[j])) / 2 / self.config["batchSize"]
        return {
            "bpr": (-logsigmoid(differences(users[u], items[i], items[j])).mean(), 1.0),
            "alignUsers": (self.alignment(bu, mu, (bi + mi) / 2, item_place[user_rows]), weight),
            "alignItems": (self.alignment(bi, mi, (bu + mu) / 2, user_place[item_rows]), weight),
            "reg": (squares, self.config["regWeight"]),
        }


# ---------------------------------------------------------------- steps

def apart(ours, traced):
    """Relative difference; infinite where one of the two is missing or not a number."""
    if ours == traced:
        return 0.0
    return abs(traced - ours) / abs(ours) if np.isfinite([ours, traced]).all() and ours else float("inf")


def largest(values):
    return float(np.abs(values).max(initial=0))


def gradients(trace, step, dtype):
    """Loss terms with their weights, their total, and the gradients, at the traced parameters before the step."""
    model = {"lightgcn": LightGcn, "egra": Egra}[trace.model](trace, dtype)
    p = {name: torch.tensor(trace.before(step, name), dtype=dtype, requires_grad=True) for name in trace.parameters}
    terms = model.terms(p, trace.batch(step), trace.steps[step]["epoch"])
    total = sum(weight * value for value, weight in terms.values())
    total.backward()
    return ({name: (value.item(), weight * value.item()) for name, (value, weight) in terms.items()}, total.item(),
            {name: p[name].grad.double().numpy() for name in trace.trained})


def check_terms(trace, step, terms, total):
    """Yields (name, relative difference, replayed, traced)."""
    record = trace.steps[step]
    traced = {name: (term["unweighted"], term["weighted"]) for name, term in record["terms"].items()}
    missing = (float("nan"), float("nan"))
    for name in [*terms, *(name for name in traced if name not in terms)]:
        pair = terms.get(name, missing), traced.get(name, missing)
        yield name, max(apart(*both) for both in zip(*pair)), pair[0][0], pair[1][0]
    yield "total", apart(total, record["total"]), total, record["total"]


def check_gradients(trace, step, ours):
    """Yields (parameter, difference, bound, its largest gradient)."""
    own_error = None
    floor = FLOOR * max(largest(gradient) for gradient in ours.values())
    for name, gradient in ours.items():
        unit = max(largest(gradient), floor)
        difference, bound = largest(trace.arrays[f"step{step}/grad/{name}"] - gradient) / unit, GRADIENTS
        if not difference <= bound:
            own_error = own_error or gradients(trace, step, torch.float32)[2]
            bound = max(bound, 10 * largest(own_error[name] - gradient) / unit)
        yield name, difference, bound, largest(gradient)


def check_updates(trace, step, optimiser, parameters):
    """Yields (parameter, difference beyond rounding, bound, the step's largest update)."""
    optimiser.param_groups[0]["lr"] = trace.steps[step]["lr"]
    before = {name: trace.before(step, name) for name in parameters}
    for name, parameter in parameters.items():
        parameter.data.copy_(torch.tensor(before[name]))
        parameter.grad = torch.tensor(trace.arrays[f"step{step}/grad/{name}"].astype(np.float64))
    optimiser.step()
    size = max(largest(parameter.numpy() - before[name]) for name, parameter in parameters.items())
    for name, parameter in parameters.items():
        after = trace.arrays[f"step{step}/after/{name}"]
        beyond = np.abs(after - parameter.numpy()) - np.abs(np.spacing(after)) / 2
        yield name, largest(np.maximum(beyond, 0)) / size, UPDATES, size


def report(trace):
    """Prints the tables and returns what disagrees."""
    faults = []

    def verdict(agrees, what):
        if not agrees:
            faults.append(what)
        return "agrees" if agrees else "DISAGREES"

    print(f"{trace.model}: {trace.users} users, {trace.items} items, {len(trace.trained)} trained parameters, "
          f"{len(trace.steps)} steps")
    print("graphs")
    for what, agrees, details in check_graphs(trace):
        print(f"  {what:44} {verdict(agrees, f'graph {what}'):9}  {details}")
    parameters = {name: torch.tensor(trace.before(0, name)) for name in trace.trained}
    optimiser = torch.optim.Adam(list(parameters.values()), betas=(.9, .999), eps=1e-8)
    for step, record in enumerate(trace.steps):
        print(f"step {step}: epoch {record['epoch']}, lr {record['lr']:g}, {len(trace.batch(step)[0])} rows")
        terms, total, ours = gradients(trace, step, torch.float64)
        for name, difference, replayed, traced in check_terms(trace, step, terms, total):
            agrees = verdict(difference <= TERMS, f"step {step}: term {name} differs by {difference:.1e}")
            print(f"  {name:12} {difference:.1e}  {agrees:9}  replayed {replayed:.7g}, traced {traced:.7g}")
        found = {"gradient": check_gradients(trace, step, ours), "update": check_updates(trace, step, optimiser, parameters)}
        for kind, checks in found.items():
            checks = list(checks)
            wrong = [verdict(difference <= bound, f"step {step}: {kind} {name} differs by {difference:.1e}")
                     for name, difference, bound, _ in checks].count("DISAGREES")
            name, difference, bound, size = max(checks, key=lambda check: np.nan_to_num(check[1], nan=np.inf))
            wider = f" (sums cancel: bound {bound:.1e})" if bound > GRADIENTS else ""
            whose = "its largest" if kind == "gradient" else "step's largest"
            print(f"  {kind + 's':12} {difference:.1e}  {'DISAGREES' if wrong else 'agrees':9}  "
                  f"{len(checks) - wrong} of {len(checks)} tensors; worst: {name}{wider}, {whose} {size:.1e}")
    return faults


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python3 docs/replay.py <the run's output folder>")
    trace = Trace(pathlib.Path(sys.argv[1]))
    if trace.model not in ("lightgcn", "egra"):
        sys.exit(f"Only LightGCN and EGRA are replayed here, not {trace.model}.")
    if trace.config["negativesPerPositive"] != 1:
        sys.exit("Only runs with one negative per positive are replayed here.")
    faults = report(trace)
    for fault in faults:
        print(f"disagrees: {fault}")
    if not faults:
        print("agrees")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
