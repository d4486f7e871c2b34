"""LGMRec (Guo et al., AAAI 2024): local graphs of collaboration and modalities, and a hypergraph of soft memberships.

As the authors' code has it: the contrast is a sum over the batch, and Gumbel noise stays on while ranking.
"""
import itertools

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.graphs import bipartite, sym
from reference.losses import batch_rows, bpr, last_layer, mean_of_layers, norms_over_rows


class Reference(model.Reference):
    defaults = {**model.BASE, "regWeight": 1e-3, "layers": 2, "modalityLayers": 2, "hyperLayers": 1, "hyperedges": 4,
                "keepRate": .5, "globalWeight": .3, "contrastWeight": 1e-2, "temperature": .2, "temperatureMembership": .2,
                "userHyper": "fixed", "rankingNoise": "fixed", "hclCandidates": "all"}

    def build(self, data, init):
        c, random = self.config, init.random
        init.tables(data, c["embeddingSize"])
        self.graphs["userItem"] = sym(bipartite(data.r), 1e-7)
        self.graphs["userHistory"] = row_shares(data.r)
        self.graphs["userHistorySum"] = data.r.astype(float)
        for key in self.modalities:
            columns = data.features[key].shape[1]
            init.xavier(f"project/{key}/weight", columns, c["embeddingSize"])
            init.xavier(f"hyperedges/{key}/weight", columns, c["hyperedges"])
        if c["rankingNoise"] == "fixed":
            for key in self.modalities:
                for side, rows in (("items", data.items), ("users", data.users)):
                    if self.noisy(key, side):
                        self.inputs[f"gumbel/{key}/{side}"] = random.integers(0, 64, (rows, c["hyperedges"])) / 64

    # ---------------------------------------------------------------- hypergraph

    def noisy(self, key, side):
        """Whether these memberships are a Gumbel softmax; as published, one of the users' is not."""
        return self.config["userHyper"] == "fixed" or side == "items" or key == self.modalities[0]

    def softened(self, given, site, logits, training):
        """Softmax over hyperedges of logits with Gumbel noise."""
        if training:
            noise = given.draw(site, torch.arange(len(logits)), logits.shape[1])
        else:
            noise = given.inputs.get(site)
        if noise is not None:
            logits = logits - torch.log(-torch.log(noise.clamp(1e-7, 1 - 1e-7)))
        return torch.softmax(logits / self.config["temperatureMembership"], 1)

    def memberships(self, given, training):
        """Per modality those of users and of items."""
        rate, logits = 1 - self.config["keepRate"], {}
        for key in self.modalities:
            items = given.features(key) @ given[f"hyperedges/{key}/weight"]
            logits[key] = given.graphs["userHistorySum"] @ items, items
        if self.config["userHyper"] == "published":
            first, second = self.modalities
            logits[first] = logits[second][0], logits[first][1]
        for key in self.modalities:
            both = []
            for side, x in zip(("users", "items"), logits[key]):
                if self.noisy(key, side):
                    x = self.softened(given, f"gumbel/{key}/{side}", x, training)
                if training and rate > 0:
                    x = given.dropout(f"dropout/{key}/{side}", x, rate)
                both.append(x)
            yield both

    def views(self, given, training):
        """All rows E, and per modality users and items as the hypergraph has them."""
        c = self.config
        collaborative = mean_of_layers(given.graphs["userItem"], given.ids(), c["layers"])
        result, hyper = collaborative, []
        for key in self.modalities:
            x = given.features(key) @ given[f"project/{key}/weight"]
            local = last_layer(given.graphs["userItem"], torch.cat([given.graphs["userHistory"] @ x, x]), c["modalityLayers"])
            result = result + F.normalize(local)
        for of_users, of_items in self.memberships(given, training):
            items = given.split(collaborative)[1]
            for _ in range(c["hyperLayers"]):
                edges = of_items.T @ items
                users, items = of_users @ edges, of_items @ edges
            hyper.append((users, items))
        return result + c["globalWeight"] * F.normalize(sum(torch.cat(pair) for pair in hyper)), hyper

    def final(self, given):
        return given.split(self.views(given, False)[0])

    # ---------------------------------------------------------------- loss

    def contrast(self, anchors, candidates, places):
        """Sum over the rows, from one modality to another, against all rows or those of the batch."""
        a, b = F.normalize(anchors)[places], F.normalize(candidates)
        if self.config["hclCandidates"] == "batch":
            b, places = b[places], torch.arange(len(places))
        return F.cross_entropy(a @ b.T / self.config["temperature"], places, reduction="sum")

    def terms(self, given, batch):
        c, (nodes, hyper) = self.config, self.views(given, True)
        rows, pairs = batch_rows(batch, *given.split(nodes)), list(itertools.combinations(hyper, 2))
        terms = {"bpr": (bpr(*rows), 1.0)}
        for at, (name, places) in enumerate((("contrastUsers", batch["users"]), ("contrastItems", batch["positives"]))):
            if pairs:
                value = sum(self.contrast(a[at], b[at], places) for a, b in pairs) / len(pairs)
                terms[name] = value, c["contrastWeight"]
        return {**terms, "reg": (norms_over_rows(*rows), c["regWeight"])}

    # ---------------------------------------------------------------- of golden cases

    def drawn(self, site, place, given, ids, width):
        return model.coarse(given, len(ids), width)


def row_shares(r):
    """R with every row divided by its sum + 1e-7."""
    return (sp.diags(1 / (np.asarray(r.sum(1)).ravel() + 1e-7)) @ r).tocsr()
