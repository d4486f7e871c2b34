"""COHESION (Xu et al., SIGIR 2025): blocks of IDs and modalities, refined layer by layer, joined with a graph of users.

As the authors' code has it: the block of IDs carries no gradient into the score, and short lists of user neighbours are
filled up at random in every epoch.
"""
import math
import sys

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.graphs import bipartite, sym
from reference.losses import batch_rows, last_layer

model.load("mentor")
Mentor = sys.modules["references.mentor"]  # FREEDOM's item graph, and the encoder


class Reference(model.Reference):
    defaults = {**model.BASE, "embeddingSize": 4, "regWeight": .1, "neighbours": 5, "visionWeight": .1, "itemItemLayers": 1,
                "layers": 2, "userNeighbours": 19, "userGraphPadding": "polya", "idGradient": "stopped", "edgeDropout": 0.0}

    def __init__(self, config, modalities):
        super().__init__(config, modalities)
        self.blocks = ["id", *self.modalities]

    def build(self, data, init):
        d = self.config["embeddingSize"]
        self.graphs["items"] = Mentor.shared_graph(self, data)
        if self.config["edgeDropout"] == 0:
            self.graphs["userItem"] = sym(bipartite(data.r), 1e-7)
        init.xavier_normal("itemEmbedding", data.items, d)
        for key in self.blocks:
            init.xavier_normal(f"userPreference/{key}", data.users, d)
            Mentor.init_encoder(init, f"encode/{key}", d if key == "id" else data.features[key].shape[1], d)
        if self.config["idGradient"] == "stopped":  # the ID block's own parameters are never trained
            for name in [name for name in init.values if name.startswith(("userPreference/id", "encode/id/"))]:
                self.inputs[name] = init.values.pop(name).numpy()
        common = (data.r @ data.r.T).toarray() - np.diag(np.asarray(data.r.sum(1)).ravel())
        self.facts["userNeighbours"] = np.minimum((common > 0).sum(1), self.config["userNeighbours"]).tolist()
        if self.config["userGraphPadding"] == "none":
            self.graphs["userGraph"] = self.user_graph(data.r, None)

    # ---------------------------------------------------------------- graphs of an epoch

    def user_graph(self, r, random):
        """Rows of a softmax over counts of common items, times how often a neighbour is listed; lists are filled up by `random`."""
        wanted, users = self.config["userNeighbours"], r.shape[0]
        common, rows = sp.csr_matrix(r @ r.T), []
        for user in range(users):
            counts = common[user].toarray().ravel()
            counts[user] = 0
            near = np.argsort(-counts, kind="stable")[:wanted]
            near = near[counts[near] > 0]
            listed = near.tolist()
            while random is not None and 0 < len(listed) < wanted:
                listed.append(listed[random.integers(len(listed))])
            times = np.bincount(listed, minlength=users)[near] if listed else np.zeros(0)
            weights = times * np.exp(counts[near] - counts[near].max(initial=0))
            rows.append((near, weights / weights.sum() if listed else weights))
        lengths = [len(near) for near, _ in rows]
        columns, values = (np.concatenate(part) for part in zip(*rows))
        return sp.csr_matrix((values, (np.repeat(np.arange(users), lengths), columns)), (users, users))

    def kept(self, given):
        """User-item pairs that stay, drawn with probability proportional to 1/sqrt(d_u d_i)."""
        r = given.r.tocoo()
        users, items = (np.bincount(nodes, minlength=size) for nodes, size in ((r.row, given.users), (r.col, given.items)))
        weights = torch.from_numpy(1 / np.sqrt(users[r.row] * items[r.col]))
        kept = given.choose("kept", weights, math.floor(r.nnz * (1 - self.config["edgeDropout"]))).numpy()
        return sp.csr_matrix((np.ones(len(kept)), (r.row[kept], r.col[kept])), r.shape)

    def start_epoch(self, given):
        made = {}
        if self.config["edgeDropout"] > 0:
            made["userItem"] = sym(bipartite(self.kept(given)), 1e-7)
        if self.config["userGraphPadding"] == "polya":
            seed = None if given.seed is None else (given.seed, given.epoch)
            made["userGraph"] = self.user_graph(given.r, np.random.default_rng(seed))
        for name, graph in made.items():
            name = f"{name}@epoch{given.epoch}"
            given.show_graph(name, graph)
            given.graphs[name] = given.sparse(graph)

    def graph(self, given, name):
        return given.graphs[name if name in given.graphs else f"{name}@epoch{given.epoch}"]

    # ---------------------------------------------------------------- forward

    def value(self, given, name):
        """A parameter, or one that is not trained."""
        return given[name] if name in given else given.inputs[name]

    def linear(self, given):
        return lambda name, x: x @ self.value(given, f"{name}/weight") + self.value(given, f"{name}/bias")

    def refined(self, given, key):
        """Early fusion with the items' IDs; then layers, each weighed by its cosine with layer 0; their sum."""
        table = given["itemEmbedding"]
        x = Mentor.encoded(given, f"encode/{key}", table if key == "id" else given.features(key), self.linear(given))
        items = torch.sqrt(.5 * (table ** 2 + x ** 2) + 1e-8)
        start = F.normalize(torch.cat([self.value(given, f"userPreference/{key}"), items]))
        every = [start]
        for _ in range(self.config["layers"]):
            layer = self.graph(given, "userItem") @ every[-1]
            cosines = (F.normalize(layer, eps=1e-8) * F.normalize(start, eps=1e-8)).sum(1, keepdim=True)
            every.append(cosines * layer)
        return sum(every)

    def final(self, given):
        blocks = [self.refined(given, key) for key in self.blocks]
        if self.config["idGradient"] == "stopped":
            blocks[0] = given.held("id", blocks[0])
        users, items = given.split(torch.cat(blocks, 1))
        return (users + self.graph(given, "userGraph") @ users,
                items + last_layer(given.graphs["items"], items, self.config["itemItemLayers"]))

    def terms(self, given, batch):
        users, positives, negatives = batch_rows(batch, *self.final(given))
        ratio, count = len(negatives) // len(users), len(self.blocks)
        users, positives = (rows.repeat_interleave(ratio, 0) for rows in (users, positives))
        margins = (users * (positives - negatives)).view(len(users), count, -1).sum(2)
        shares = given.held("shares", 1 - torch.softmax(margins, 1))
        x = (shares * margins).sum(1)
        reg = sum((given[f"userPreference/{key}"][batch["users"]] ** 2).mean() for key in self.modalities)
        return {"bpr": (F.softplus(-x).mean() / math.log(2), 1.0), "reg": (reg, self.config["regWeight"])}

    @classmethod
    def verify(cls, references):
        """Lists of every kind: full, short, and empty."""
        reference = references["cohesion"]
        lengths = set(reference.facts["userNeighbours"])
        assert {0, reference.config["userNeighbours"]} < lengths, lengths
