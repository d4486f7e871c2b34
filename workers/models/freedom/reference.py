"""FREEDOM (Zhou and Shen, MM 2023): a frozen item graph, and a behaviour graph pruned anew every epoch."""
import numpy as np
import scipy.sparse as sp
import torch

from reference import model
from reference.graphs import bipartite, sym
from reference.losses import batch_rows, bpr, last_layer, mean_of_layers
from reference.refined import item_graphs


class Reference(model.Reference):
    defaults = {**model.BASE, "regWeight": 1e-3, "userItemLayers": 2, "itemItemLayers": 1, "neighbours": 5,
                "visionWeight": .1, "dropout": .8, "trainFeatures": True}

    def build(self, data, init):
        d = self.config["embeddingSize"]
        init.tables(data, d)
        for key in self.modalities:
            if self.config["trainFeatures"]:
                init.given(f"features/{key}", data.features[key])
            init.linear(f"project/{key}", data.features[key].shape[1], d)
        # Weight 1 per neighbour before normalisation, so every kept neighbour weighs 1/K.
        parts, vision = item_graphs(self, data, binary=True), self.config["visionWeight"]
        assert self.facts or all(part.nnz == data.items * self.config["neighbours"] for part in parts.values())
        self.graphs["items"] = vision * parts["image"] + (1 - vision) * parts["text"]
        self.graphs["userItem"] = sym(bipartite(data.r), 1e-7)

    def edges(self, given):
        """Users and items of the training pairs, and the weight of each, 1/sqrt(d_u d_i)."""
        r = given.r.tocoo()
        users, items = (np.bincount(nodes, minlength=size) for nodes, size in ((r.row, given.users), (r.col, given.items)))
        return r.row, r.col, torch.from_numpy(1 / np.sqrt(users[r.row] * items[r.col]))

    def start_epoch(self, given):
        """Keeps int(E (1 - dropout)) edges, drawn with probability proportional to their weights."""
        users, items, weights = given.once("edges", lambda: self.edges(given))
        kept = given.choose("kept", weights, max(1, int(len(users) * (1 - self.config["dropout"])))).numpy()
        r = sp.csr_matrix((np.ones(len(kept)), (users[kept], items[kept])), given.r.shape)
        name, pruned = f"userItem@epoch{given.epoch}", sym(bipartite(r), 1e-7)
        given.show_graph(name, pruned)
        given.graphs[name] = given.sparse(pruned)

    def final(self, given, graph="userItem"):
        nodes = mean_of_layers(given.graphs[graph], given.ids(), self.config["userItemLayers"])
        users, items = given.split(nodes)
        return users, items + last_layer(given.graphs["items"], given["itemEmbedding"], self.config["itemItemLayers"])

    def terms(self, given, batch):
        users, positives, negatives = batch_rows(batch, *self.final(given, f"userItem@epoch{given.epoch}"))
        terms = {"bpr": (bpr(users, positives, negatives), 1.0)}
        for key in self.modalities:
            rows = (given.linear(f"project/{key}", given.features(key)[batch[side]]) for side in ("positives", "negatives"))
            terms[f"bpr/{key}"] = bpr(users, *rows), self.config["regWeight"]
        return terms

    def silent(self, given):
        """Biases cancel between a positive and a negative."""
        return [f"project/{key}/bias" for key in self.modalities]
