"""TMLP (Huang et al., AAAI 2025): towers of linear layers in the place of item graph convolution, and a contrast of neighbours.

As the authors' code has it, where mutual information is taken with marginals that are the same for every item.
"""
import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.data import Dataset
from reference.graphs import bipartite, knn, sym
from reference.losses import batch_rows, bpr

EPSILON, LEAST, APART = 1e-6, 1e-8, 1e-9


class TwoNegatives(Dataset):
    """The shared data with two negatives for each pair, side by side."""

    def __init__(self):
        super().__init__()
        random, known = np.random.default_rng(601), set(self.train)
        items = sorted({item for _, item in self.train})

        def drawn(user):
            return random.choice([j for j in items if (user, j) not in known], 2, replace=False).tolist()
        self.batches = [(u, i, [j for user in u for j in drawn(user)]) for u, i, _ in self.batches]


# ---------------------------------------------------------------- graphs

def shared_graph(reference, data):
    """FREEDOM's item graph: every neighbour weighs 1/K, the image's graph a fixed share and the others equal parts of the rest."""
    keys, vision = reference.modalities, reference.config["visionWeight"]
    graphs = {key: sym(knn(data.features[key], reference.config["neighbours"], binary=True), 1e-7) for key in keys}
    assert all(graph.nnz == data.items * reference.config["neighbours"] for graph in graphs.values())
    if "image" not in keys or len(keys) == 1:
        return (sum(graphs.values()) / len(keys)).tocsr()
    return sum((vision if key == "image" else (1 - vision) / (len(keys) - 1)) * graph for key, graph in graphs.items()).tocsr()


def information(both, one, other, size, p, q):
    """Mutual information of being a neighbour of two items with `one` and `other` neighbours, `both` of them shared."""
    joint = both, one - both, other - both, size - one - other + both
    marginals = p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)
    return sum(n / size * np.log(n / size / (m + 1e-10) + 1e-10) for n, m in zip(joint, marginals))


def pruned(graph, count, marginals):
    """Of each row the `count` entries whose items share most information with it, itself not counted; the lower index on ties."""
    size, near = graph.shape[0], graph.toarray() > 0
    assert near.diagonal().all()
    degrees, shared = near.sum(1), near.astype(int) @ near.T.astype(int)
    # Rounded, so that sums that are equal are the same number.
    p = degrees / size if marginals == "counts" else np.round(np.asarray(graph.sum(1)).ravel(), 12) / size
    kept = np.zeros(graph.shape, bool)
    for i in range(size):
        others = [j for j in np.flatnonzero(near[i]) if j != i]
        found = {j: information(shared[i, j], degrees[i], degrees[j], size, p[i], p[j]) for j in others}
        order = sorted(others, key=lambda j: (-found[j], j))
        for a, b in zip(order[count - 1:count], order[count:count + 1]):
            same = all(each[a] == each[b] for each in (shared[i], degrees, p))
            assert same or found[a] - found[b] > APART, (i, a, b)
        kept[i, order[:count]] = True
    return sp.csr_matrix(np.where(kept, graph.toarray(), 0))


def with_itself(graph):
    """D^-1 (S' + 1), D the row sums of S' + 1."""
    full = graph + sp.identity(graph.shape[0])
    result = (sp.diags(1 / np.asarray(full.sum(1)).ravel()) @ full).tocsr()
    result.sort_indices()
    return result


# ---------------------------------------------------------------- the model

class Reference(model.Reference):
    defaults = {**model.BASE, "embeddingSize": 4, "optimiser": "adamw", "decoupledDecay": .5, "neighbours": 5,
                "visionWeight": .1, "keptNeighbours": 3, "marginals": "weighted", "projectionFactor": 2, "hiddenSize": 6,
                "towerLayers": 3, "dropout": 0.0, "neighbourhoodWeight": 1.3, "temperature": 1.0}
    datasets = {"twoNegatives": TwoNegatives}

    def decoupled_decay(self):
        return self.config["decoupledDecay"] if self.config["optimiser"] == "adamw" else 0.0

    def build(self, data, init):
        c, d = self.config, self.config["embeddingSize"]
        self.graphs["userItem"] = sym(bipartite(data.r))
        kept = pruned(shared_graph(self, data), c["keptNeighbours"], c["marginals"])
        self.graphs["items"], self.facts = with_itself(kept), {"kept": np.diff(kept.indptr).tolist()}
        init.xavier_normal("userEmbedding", data.users, (len(self.modalities) + 1) * d)
        init.xavier("itemEmbedding", data.items, d)
        for key in self.modalities:
            wide = c["projectionFactor"] * d
            init.linear(f"project/{key}/hidden", data.features[key].shape[1], wide)
            init.linear(f"project/{key}/output", wide, d)
            sizes = [d, *[c["hiddenSize"]] * (c["towerLayers"] - 1), d]
            for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:]), 1):
                init.xavier(f"tower/{key}/{layer}/weight", inputs, outputs)
                # Training starts very near 0, scale and shift at 1 and 0; a little apart here.
                init.uniform(f"tower/{key}/{layer}/bias", (outputs,), .3)
            init.given(f"tower/{key}/norm/scale", np.float32(init.random.uniform(.5, 1.5, c["hiddenSize"])))
            init.uniform(f"tower/{key}/norm/shift", (c["hiddenSize"],), .3)

    # ---------------------------------------------------------------- forward

    def block(self, given, key, training):
        """What a modality makes of all items: a projection, then the tower, whose hidden layers share one normalisation."""
        hidden = F.leaky_relu(given.apart(given.linear(f"project/{key}/hidden", given.features(key))), .01)
        x, last = given.linear(f"project/{key}/output", hidden), self.config["towerLayers"]
        for layer in range(1, last):
            x = torch.tanh(given.linear(f"tower/{key}/{layer}", x))
            x = F.layer_norm(x, x.shape[1:], given[f"tower/{key}/norm/scale"], given[f"tower/{key}/norm/shift"], EPSILON)
            if training:
                x = given.dropout(f"tower/{key}/{layer}", x, self.config["dropout"])
        return given.linear(f"tower/{key}/{last}", x)

    def final(self, given, training=False):
        blocks = [self.block(given, key, training) for key in self.modalities]
        x = F.normalize(torch.cat([given["userEmbedding"], torch.cat([*blocks, given["itemEmbedding"]], 1)]))
        near = given.graphs["userItem"] @ x
        return given.split(x + near + given.graphs["userItem"] @ near)

    # ---------------------------------------------------------------- loss

    def neighbours(self, given):
        """Of each item its weight on itself, its neighbours and their weights, filled up with weights of 0."""
        graph, count = given.matrices["items"].tocsr(), self.config["keptNeighbours"]
        own, places, weights = graph.diagonal(), *(np.zeros((graph.shape[0], count), kind) for kind in (np.int64, np.float64))
        for i in range(graph.shape[0]):
            row = slice(*graph.indptr[i:i + 2])
            others = graph.indices[row] != i
            places[i, :others.sum()], weights[i, :others.sum()] = graph.indices[row][others], graph.data[row][others]
        return torch.from_numpy(own).to(given.dtype), torch.from_numpy(places), torch.from_numpy(weights).to(given.dtype)

    def logits(self, given, items, rows):
        """Scaled cosines of the rows that are items of the batch, a row's own counted as 0."""
        unit = F.normalize(items[rows])
        return self.config["temperature"] * (unit @ unit.T) * (1 - torch.eye(len(rows), dtype=given.dtype))

    def neighbourhood(self, given, items, rows):
        """Minus the logarithm of the share that neighbours, weighted, have in the exponentials of all rows."""
        own, places, weights = given.once("neighbours", lambda: self.neighbours(given))
        tau, unit = self.config["temperature"], F.normalize(items)
        often = torch.zeros(given.items, dtype=given.dtype).index_add(0, rows, torch.ones(len(rows), dtype=given.dtype))
        cosines = (unit[places[rows]] @ unit[rows][:, :, None])[:, :, 0]
        # Other rows of the same item are at cosine 1.
        same = own[rows] * (1 + (often[rows] - 1) * np.exp(tau))
        near = same + (weights[rows] * often[places[rows]] * torch.exp(tau * cosines)).sum(1)
        logits = self.logits(given, items, rows)
        result = -torch.log(near / torch.exp(logits).sum(1) + LEAST).mean()
        if given.checks:  # it is what the whole matrix between the rows says, some of which share an item
            whole = torch.tensor(given.matrices["items"].toarray())[rows][:, rows]
            expected = -torch.log((whole * torch.softmax(logits, 1)).sum(1) + LEAST).mean()
            assert len(rows.unique()) < len(rows) and abs(result - expected) < 1e-12
        return result

    def terms(self, given, batch):
        users, items = self.final(given, True)
        rows = torch.cat([batch["positives"], batch["negatives"]])
        return {"bpr": (bpr(*batch_rows(batch, users, items)), 1.0),
                "neighbourhood": (self.neighbourhood(given, items, rows), self.config["neighbourhoodWeight"])}

    # ---------------------------------------------------------------- of golden cases

    def drawn(self, site, place, given, ids, width):
        return model.coarse(given, len(ids), width)

    @classmethod
    def verify(cls, references):
        """Marginals change what is kept; nothing but an item's own modalities is in its row."""
        one, other = references["tmlp"].graphs["items"], references["tmlp-counts"].graphs["items"]
        assert one.nnz == other.nnz and abs(one - other).max() > 1e-3
        assert abs(one.sum(1) - 1).max() < 1e-12
