"""SiReN (Seo et al., TNNLS 2022): LightGCN over liked pairs, a network without a graph for the rest, and sign-aware BPR.

As the authors' code has it, where a dislike counts with its factor inside the margin.
"""
import numpy as np
import torch
import torch.nn.functional as F

from reference import model
from reference.data import incidence
from reference.graphs import bipartite, sym
from reference.losses import batch_rows, mean_of_layers

Rated = model.load("simgr").datasets["rated"]


class TwoNegatives(Rated):
    """The rated data with two negatives for each pair, side by side."""

    def __init__(self):
        super().__init__()
        random, known = np.random.default_rng(402), set(self.train)
        items = sorted({item for _, item in self.train})

        def drawn(user):
            return random.choice([j for j in items if (user, j) not in known], 2, replace=False).tolist()
        self.batches = [(u, i, [j for user in u for j in drawn(user)]) for u, i, _ in self.batches]


def liked(data, threshold):
    """1 for each training pair with a rating above the threshold, else 0; 1 throughout without ratings."""
    return np.array([rating > threshold for rating in getattr(data, "ratings", [])] or [True] * len(data.train), np.float32)


def pairs(data, signs, sign):
    return incidence([pair for pair, each in zip(data.train, signs) if each == sign])


class Reference(model.Reference):
    defaults = {**model.BASE, "regWeight": .05, "threshold": 3.5, "layers": 2, "mlpLayers": 2, "dropout": .5,
                "dislikeFactor": 2.0, "bprSum": "sum"}
    modalities = ()
    dataset = "rated"
    datasets = {"rated": Rated, "ratedTwoNegatives": TwoNegatives}

    def build(self, data, init):
        d, signs = self.config["embeddingSize"], liked(data, self.config["threshold"])
        self.inputs["signs"], self.graphs["positive"] = signs, sym(bipartite(pairs(data, signs, 1)))
        spread = (2 / (data.users + data.items + d)) ** .5  # of users and items as one matrix
        for name, rows in (("userEmbedding", data.users), ("itemEmbedding", data.items),
                           ("negativeUserEmbedding", data.users), ("negativeItemEmbedding", data.items)):
            init.given(name, np.float32(init.random.normal(0, spread, (rows, d))))
        for layer in range(1, self.config["mlpLayers"] + 1):
            init.xavier_normal(f"mlp/{layer}/weight", d, d)
            init.uniform(f"mlp/{layer}/bias", (d,), d ** -.5)
        init.linear("attention", d, d)
        init.uniform("attention/query", (d,), d ** -.5)

    def nodes(self, given, training):
        """Positive and negative embedding of every node, weighed against each other."""
        def dropped(site, x):
            return given.dropout(site, x, self.config["dropout"]) if training else x
        positive = mean_of_layers(given.graphs["positive"], given.ids(), self.config["layers"])
        negative = torch.cat([given["negativeUserEmbedding"], given["negativeItemEmbedding"]])
        for layer in range(1, self.config["mlpLayers"] + 1):
            negative = dropped(f"mlp/{layer}", F.relu(given.apart(given.linear(f"mlp/{layer}", negative))))
        found = [dropped(f"attention/{site}", torch.tanh(given.linear("attention", x))) @ given.column("attention/query")
                 for site, x in (("positive", positive), ("negative", negative))]
        shares = torch.softmax(torch.cat(found, 1), 1)
        return shares[:, :1] * positive + shares[:, 1:] * negative

    def final(self, given):
        return given.split(self.nodes(given, False))

    def terms(self, given, batch):
        c, rows = self.config, batch_rows(batch, *given.split(self.nodes(given, True)))
        users, items, negatives = *rows[:2], rows[2].view(len(rows[0]), -1, rows[0].shape[1])
        signs = given.inputs["signs"][batch["pairs"]]
        assert not given.checks or (signs == 0).any() or (given.inputs["signs"] == 1).all()
        factors = signs + (1 - signs) * c["dislikeFactor"]
        x = (factors * (users * items).sum(1))[:, None] - (users[:, None] * negatives).sum(2)
        squares = (users ** 2).sum(1) + (items ** 2).sum(1) + (negatives ** 2).sum((1, 2))
        shared = 1 if c["bprSum"] == "sum" else negatives.shape[1]
        return {"bpr": (F.softplus(-x).sum(1).mean() / shared, 1.0), "reg": (squares.mean() / shared, c["regWeight"])}

    # ---------------------------------------------------------------- of golden cases

    def drawn(self, site, place, given, ids, width):
        return model.coarse(given, len(ids), width)
