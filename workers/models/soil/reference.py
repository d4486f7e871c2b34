"""SOIL (Su et al., MM 2024): MGCN without gates, on graphs with second-order neighbours and with what histories are interested in.

As the authors' code has it, with its normalisation of the users' block by the degrees of other users.
"""
import sys

import numpy as np
import scipy.sparse as sp
import torch

from reference import model
from reference.data import ITEMS, USERS, Dataset, draw_batches
from reference.graphs import TIE, bipartite, cosines, inverse_root, knn, sym, sym_bip
from reference.losses import batch_rows, bpr, info_nce, last_layer, mean_of_layers

model.load("simgr")
best_pairs = sys.modules["references.simgr"].best_pairs

LEAST = 1e-7


class WideDataset(Dataset):
    """The shared data the other way round, so that there are more users than items."""

    def __init__(self):
        super().__init__()
        self.users, self.items = ITEMS, USERS
        self.train, self.r = sorted((i, u) for u, i in self.train), self.r.T.tocsr()
        self.features = {name: x[:self.items] for name, x in self.features.items()}
        self.batches = draw_batches(np.random.default_rng(501), self.train)

    def json(self):
        return {**super().json(), "users": self.users, "items": self.items}


# ---------------------------------------------------------------- graphs

def scaled(matrix, rows, columns):
    """Entries divided by the roots of their row's and column's degree, but at least 1e-7, also where a degree is 0."""
    entries = sp.coo_matrix(matrix)
    values = entries.data * inverse_root(rows)[entries.row] * inverse_root(columns)[entries.col]
    return sp.csr_matrix((np.maximum(values, LEAST), (entries.row, entries.col)), matrix.shape)


def symc(matrix):
    degrees = np.asarray(matrix.sum(1)).ravel()
    return scaled(matrix, degrees, degrees)


def second_order(r, features, count, outside):
    """Per user the sums, by column, of the largest products of cosines in the rows of its history.

    Those of each item with itself are among them, and `count` more.
    """
    values, exact = (np.prod([cosines(precision(x)) for x in features], 0) for precision in (np.float32, np.float64))
    result = np.zeros(r.shape)
    for user in range(r.shape[0]):
        history = r[user].indices.tolist()
        if not history:
            continue
        if outside:
            columns = [j for j in range(r.shape[1]) if j not in history]
            pairs = [(q, q) for q in history] + best_pairs(values, exact, history, columns, count, 1, 0.0)[0]
        else:
            pairs = best_pairs(values, exact, history, range(r.shape[1]), len(history) + count, 1, 0.0)[0]
            assert {(q, q) for q in history} < set(pairs)
        for q, j in pairs:
            result[user, j] += exact[q, j]
    return sp.csr_matrix(result)


def interests(r, features, count):
    """How many users have item i in their history and j among the items most similar, in some modality, to all of it."""
    chosen = np.zeros(r.shape, bool)
    for x in features:
        similarity = r @ cosines(np.float64(np.float32(x)))
        for user in np.flatnonzero(np.diff(r.indptr)):
            order = np.argsort(-similarity[user], kind="stable")
            assert similarity[user, order[count - 1]] - similarity[user, order[count]] > TIE, user
            chosen[user, order[:count]] = True
    return r.T @ chosen.astype(np.float64)


class Reference(model.Reference):
    defaults = {**model.BASE, "lrDecay": .96, "userItemLayers": 2, "itemItemLayers": 1, "neighbours": 5, "interestNeighbours": 5,
                "secondOrderPairs": 2, "userBlock": "reference", "interestCount": "sum", "excludeHistory": False,
                "fusion": "open", "contrastWeight": .1, "interestWeight": .1, "temperature": .2}
    dataset = "wide"
    datasets = {"wide": WideDataset}

    def build(self, data, init):
        c, d, features = self.config, self.config["embeddingSize"], [data.features[key] for key in self.modalities]
        second = second_order(data.r, features, c["secondOrderPairs"], c["excludeHistory"])
        both = symc(bipartite(second))
        self.graphs["userItem"] = (sym(bipartite(data.r)) + .5 * both).tocsr()
        if c["userBlock"] == "reference" and data.items <= data.users:
            degrees = np.asarray(second.sum(1)).ravel()
            block = scaled(second, degrees, degrees[:data.items])  # items by the degrees of users with their numbers
        else:
            block = both[:data.users, data.users:]
        self.graphs["userFromItem"] = (sym_bip(data.r) + .5 * block).tocsr()
        counts = interests(data.r, features, c["interestNeighbours"])
        if c["interestCount"] == "once":
            counts = np.minimum(counts, 1)
        for key, x in zip(self.modalities, features):
            similar = cosines(np.float64(np.float32(x)))
            assert np.abs(similar[similar != 0]).min() > TIE
            interest = sp.csr_matrix(np.where(similar > 0, similar * counts, 0))
            self.graphs[f"items/{key}"] = (symc(interest) + symc(knn(x, c["neighbours"]))).tocsr()
        self.facts = {"newItems": [sorted(set(second[u].indices.tolist()) - set(data.r[u].indices.tolist()))
                                   for u in range(data.users)]}
        init.tables(data, d)
        for key, x in zip(self.modalities, features):
            init.linear(f"project/{key}", x.shape[1], d)
            init.linear(f"purify/{key}", d, d)
        init.linear("attention", d, d)
        init.uniform("attention/query", (d,), d ** -.5)

    def views(self, given):
        """Behaviour view C and side view S, users stacked on items."""
        c, count = self.config, len(self.modalities)
        behaviour, explicit = mean_of_layers(given.graphs["userItem"], given.ids(), c["userItemLayers"]), []
        for key in self.modalities:
            gate = torch.sigmoid(given.linear(f"purify/{key}", given.linear(f"project/{key}", given.features(key))))
            items = last_layer(given.graphs[f"items/{key}"], given["itemEmbedding"] * gate, c["itemItemLayers"])
            explicit.append(torch.cat([given.graphs["userFromItem"] @ items, items]))
        query = given.column("attention/query")
        shares = torch.softmax(torch.cat([torch.tanh(given.linear("attention", x)) @ query for x in explicit], 1), 1)
        shared = sum(x * shares[:, m:m + 1] for m, x in enumerate(explicit))
        weight = count - 1 if c["fusion"] == "open" else 1
        return behaviour, (sum(explicit) - weight * shared) / (count + 1)

    def final(self, given):
        return given.split(sum(self.views(given)))

    def terms(self, given, batch):
        c, (behaviour, side) = self.config, self.views(given)
        rows = users, _, _ = batch_rows(batch, *given.split(behaviour + side))
        b, s = ((x[batch["users"]], y[batch["positives"]]) for x, y in map(given.split, (behaviour, side)))

        def contrast(anchors, candidates):
            return info_nce(anchors, candidates, c["temperature"])
        return {"bpr": (bpr(*rows), 1.0),
                "contrastUsers": (contrast(s[0], b[0]), c["contrastWeight"]),
                "contrastItems": (contrast(s[1], b[1]), c["contrastWeight"]),
                "userToBehaviour": (contrast(users, b[1]), c["interestWeight"]),
                "userToSide": (contrast(users, s[1]), c["interestWeight"])}

    def silent(self, given):
        """With one modality there is nothing to choose."""
        return () if len(self.modalities) > 1 else ("attention",)

    @classmethod
    def verify(cls, references):
        """Some users have new items of the second order and some have not; every switch changes a graph."""
        new = references["soil"].facts["newItems"]
        assert 3 < sum(map(bool, new)) < len(new) - 3
        for name, graph in (("soil-block", "userFromItem"), ("soil-once", "items/text"), ("soil-without-history", "userItem")):
            assert abs(references["soil"].graphs[graph] - references[name].graphs[graph]).max() > 1e-3, name
        graphs = references["soil"].graphs
        assert all(graphs[f"items/{key}"].data.min() < 1e-5 for key in ("image", "text"))  # to the cold item
