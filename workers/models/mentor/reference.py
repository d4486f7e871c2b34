"""MENTOR (Xu et al., AAAI 2025): encoders of preferences and features, fused, whose views are aligned by mean and variance.

As the authors' code has it, where feature masking trains nothing and the noise contrast has encoders of its own;
`live` and `shared` are readings of what was meant.
"""
import itertools
import math

import numpy as np
import torch
import torch.nn.functional as F

from reference import model
from reference.graphs import bipartite, knn, sym
from reference.losses import batch_rows, info_nce, last_layer

LAYERS = 2


def shared_graph(reference, data):
    """FREEDOM's item graph: every neighbour weighs 1/K, the image's graph a fixed share and the others equal parts of the rest."""
    keys, vision = reference.modalities, reference.config["visionWeight"]
    graphs = {key: sym(knn(data.features[key], reference.config["neighbours"], binary=True), 1e-7) for key in keys}
    assert all(graph.nnz == data.items * reference.config["neighbours"] for graph in graphs.values())
    if "image" not in keys or len(keys) == 1:
        return sum(graphs.values()) / len(keys)
    return sum((vision if key == "image" else (1 - vision) / (len(keys) - 1)) * graph for key, graph in graphs.items())


def init_encoder(init, name, inputs, d):
    """Two linear layers, the first four times as wide as the second."""
    init.linear(f"{name}/hidden", inputs, 4 * d)
    init.linear(f"{name}/output", 4 * d, d)


def encoded(given, name, x, linear):
    return linear(f"{name}/output", F.leaky_relu(given.apart(linear(f"{name}/hidden", x)), .01))


class Reference(model.Reference):
    defaults = {**model.BASE, "embeddingSize": 4, "learningRate": 1e-3, "regWeight": .1, "neighbours": 5, "visionWeight": .1,
                "itemItemLayers": 1, "alignWeight": .5, "featureMask": "off", "maskWeight": 1.5, "maskRate": .5,
                "graphNoise": "off", "graphWeight": .1, "temperature": .2, "noise": .1}

    def build(self, data, init):
        d, count = self.config["embeddingSize"], len(self.modalities)
        self.graphs["userItem"], self.graphs["items"] = sym(bipartite(data.r)), shared_graph(self, data)
        init.xavier_normal("itemEmbedding", data.items, d)
        views = ["", *(["view1/", "view2/"] if self.config["graphNoise"] == "reference" else [])]
        for view in views:
            for key in [*self.modalities, *(["id"] if view == "" else [])]:
                init.xavier_normal(f"{view}userPreference/{key}", data.users, d)
                init_encoder(init, f"{view}encode/{key}", d if key == "id" else data.features[key].shape[1], d)
        normal = torch.tensor(init.random.normal(0, (2 / (data.users + count)) ** .5, (data.users, count)))
        # With one modality training starts at 1, where its view is the fused one; slightly apart here.
        init.given("userModalityWeights", np.float32(torch.softmax(normal, 1) if count > 1 else 1 + .1 * normal))
        width, bound = count * d, (count * d) ** -.5
        if self.config["featureMask"] == "live":
            init.linear("mask", width, width)
        elif self.config["featureMask"] == "value":
            self.inputs["mask/weight"] = np.float32(init.random.uniform(-bound, bound, (width, width)))
            self.inputs["mask/bias"] = np.float32(init.random.uniform(-bound, bound, width))

    # ---------------------------------------------------------------- forward

    def perturbed(self, given, site, h):
        """h + noise * sign(h) * r / |r|; rows of isolated nodes are 0 and stay so."""
        values = h.detach()
        given.apart(values[values != 0])
        r = given.draw(site, torch.arange(len(h)), h.shape[1])
        return h + self.config["noise"] * torch.sign(values) * F.normalize(r)

    def encode(self, given, key, own="", view=None):
        """x + H1 + H2 from unit rows; `own` names the encoder, `view` the perturbation."""
        features = given["itemEmbedding"] if key == "id" else given.features(key)
        items = encoded(given, f"{own}encode/{key}", features, given.linear)
        every = [F.normalize(torch.cat([given[f"{own}userPreference/{key}"], items]))]
        for layer in range(1, LAYERS + 1):
            h = given.graphs["userItem"] @ every[-1]
            every.append(h if view is None else self.perturbed(given, f"noise/{view}/{key}/{layer}", h))
        return sum(every)

    def smoothed(self, given, items):
        return items + last_layer(given.graphs["items"], items, self.config["itemItemLayers"])

    def fused(self, given, encodings):
        """Blocks side by side: users' blocks have weights, items' are smoothed over the item graph."""
        users, items = zip(*(given.split(x) for x in encodings))
        weights = given["userModalityWeights"]
        return (torch.cat([weights[:, m:m + 1] * x for m, x in enumerate(users)], 1),
                self.smoothed(given, torch.cat(items, 1)))

    def encodings(self, given):
        return [self.encode(given, key) for key in self.modalities]

    def final(self, given):
        return self.fused(given, self.encodings(given))

    # ---------------------------------------------------------------- loss

    def align(self, given, fused, encodings):
        """Over pairs of views, how far mean and variance of all entries are apart; every view counts as wide as the fused one."""
        count, moments = len(self.modalities), []
        for view in [torch.cat(fused), *(torch.cat([users, self.smoothed(given, items)])
                                         for users, items in map(given.split, [self.encode(given, "id"), *encodings]))]:
            copies = count * self.config["embeddingSize"] // view.shape[1]
            squares = ((view - view.mean()) ** 2).sum()
            moments.append((view.mean(), copies * squares / (copies * view.numel() - 1)))
        gaps = torch.stack([a - b for one, two in itertools.combinations(moments, 2) for a, b in zip(one, two)])
        return given.apart(gaps).abs().sum()

    def graph(self, given, batch):
        """InfoNCE between two perturbed fused views, of users and of items."""
        own = self.config["graphNoise"] == "reference"
        (users, items), (other_users, other_items) = (
            self.fused(given, [self.encode(given, key, f"view{v}/" if own else "", v) for key in self.modalities])
            for v in (1, 2))
        if not own:  # the batch's distinct users and positive items
            u, i = batch["users"].unique(), batch["positives"].unique()
            users, other_users, items, other_items = users[u], other_users[u], items[i], other_items[i]
        temperature = self.config["temperature"]
        return info_nce(users, other_users, temperature) + info_nce(items, other_items, temperature)

    def mask(self, given, fused):
        """2 less the mean cosines of rows with dropout, constant, and of the rows through Q."""
        found, live = 2.0, self.config["featureMask"] == "live"
        for side, rows in zip(("users", "items"), fused):
            target = given.held(f"mask/{side}", given.dropout(f"mask/{side}", rows, self.config["maskRate"]))
            q = given if live else given.inputs
            online = (rows if live else rows.detach()) @ q["mask/weight"] + q["mask/bias"]
            found = found - (F.normalize(target) * F.normalize(online)).sum(1).mean()
        return found

    def terms(self, given, batch):
        c, encodings = self.config, self.encodings(given)
        fused = self.fused(given, encodings)
        users, positives, negatives = batch_rows(batch, *fused)
        x = (users * positives).sum(1, keepdim=True) - (users[:, None] * negatives.view(len(users), -1, users.shape[1])).sum(2)
        reg = sum((given[f"userPreference/{key}"][batch["users"]] ** 2).mean() for key in self.modalities)
        terms = {"bpr": (F.softplus(-x).mean() / math.log(2), 1.0),
                 "reg": (reg + (given["userModalityWeights"] ** 2).mean(), c["regWeight"]),
                 "align": (self.align(given, fused, encodings), c["alignWeight"])}
        if c["graphNoise"] != "off":
            terms["graph"] = self.graph(given, batch), c["graphWeight"]
        if c["featureMask"] == "live":
            terms["mask"] = self.mask(given, fused), c["maskWeight"]
        elif c["featureMask"] == "value":
            given.observe("mask", [self.mask(given, fused).item()])
        return terms

    # ---------------------------------------------------------------- of golden cases

    def drawn(self, site, place, given, ids, width):
        return model.coarse(given, len(ids), width)

    def checked(self, given, terms, parts, grads):
        """IDs learn from the alignment alone."""
        own = "itemEmbedding", "userPreference/id", "encode/id/"
        for term, found in parts.items():
            for name, part in found.items():
                if name.startswith(own) and term != "align":
                    assert part is None or part.abs().max() == 0, (term, name)
