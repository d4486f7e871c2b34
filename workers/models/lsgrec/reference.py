"""LSGRec (DASFAA 2025): one light convolution over liked and disliked pairs, with a positive and a negative score.

As the authors' code has it, where every predicted rating is drawn to the batch's mean and observed pairs are pushed
below drawn ones in the negative score.
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F

from reference import model
from reference.graphs import bipartite, sym
from reference.losses import batch_rows, mean_of_layers

model.load("siren")
Siren = sys.modules["references.siren"]  # signs, and the data with several negatives

LAST = -1e9


class Reference(model.Reference):
    defaults = {**model.BASE, "regWeight": 5e-3, "threshold": 3, "layers": 2, "ratingLoss": "batchMean", "ratingWeight": 1.0,
                "orthogonalWeight": 1.0, "bprSum": "sum", "optimiser": "adam", "decoupledDecay": .01,
                "lrStepFirst": 0, "lrStepSecond": 0, "lrStepFactor": .2, "negativeFilter": "none", "filterCount": 20}
    modalities = ()
    dataset = "rated"
    datasets = Siren.Reference.datasets

    def rate(self, epoch):
        """Falls by a factor after each of two epochs; 0 stands for none."""
        c = self.config
        return super().rate(epoch) * c["lrStepFactor"] ** sum(0 < c[step] <= epoch for step in ("lrStepFirst", "lrStepSecond"))

    def decoupled_decay(self):
        return self.config["decoupledDecay"] if self.config["optimiser"] == "adamw" else 0.0

    def build(self, data, init):
        d, signs = self.config["embeddingSize"], Siren.liked(data, self.config["threshold"])
        self.inputs["signs"], self.graphs["positive"] = signs, sym(bipartite(Siren.pairs(data, signs, 1)))
        for name, rows in (("userEmbedding", data.users), ("itemEmbedding", data.items),
                           ("negativeUserEmbedding", data.users), ("negativeItemEmbedding", data.items)):
            init.xavier_normal(name, rows, d)
        if hasattr(data, "ratings"):
            self.inputs["ratings"] = np.float32(data.ratings)
            self.graphs["negative"] = sym(bipartite(Siren.pairs(data, signs, 0)))
            init.linear("rating", 2 * d, 1)

    def views(self, given):
        """Positive and negative rows of every node."""
        layers, table = self.config["layers"], given.ids()
        negative = torch.cat([given["negativeUserEmbedding"], given["negativeItemEmbedding"]])
        if "negative" in given.graphs:  # dislikes once, from the positive table, and then along likes
            layer = given.graphs["negative"] @ table
            for _ in range(layers):
                negative, layer = negative + layer, given.graphs["positive"] @ layer
        return mean_of_layers(given.graphs["positive"], table, layers), negative / (layers + 1)

    def final(self, given):
        return tuple(rows for view in self.views(given) for rows in given.split(view))

    def scores(self, given, final, users):
        """Positive products; those with the largest negative products may be put last."""
        result = super().scores(given, final[:2], users)
        if self.config["negativeFilter"] == "top":
            count = min(self.config["filterCount"], given.items)
            ranked, places = (final[2][users] @ final[3].T).sort(stable=True, dim=1, descending=True)
            given.apart(ranked[:, count - 1:count] - ranked[:, count:count + 1])
            result = result.scatter(1, places[:, :count], LAST)
        return result

    def rating(self, given, batch, users, items):
        """Mean squared error of predicted ratings over the threshold, against the batch's mean or each against its own."""
        predicted = given.linear("rating", torch.cat([users, items], 1))[:, 0]
        wanted = given.inputs["ratings"][batch["pairs"]] - self.config["threshold"]
        return ((predicted - (wanted.mean() if self.config["ratingLoss"] == "batchMean" else wanted)) ** 2).mean()

    def terms(self, given, batch):
        c, (positive, negative) = self.config, self.views(given)
        signs = given.inputs["signs"][batch["pairs"]]
        rows = {name: batch_rows(batch, *given.split(view)) for name, view in (("p", positive), ("n", negative))}

        def margins(name, factors):
            users, items, drawn = rows[name]
            others = (users[:, None] * drawn.view(len(users), -1, drawn.shape[1])).sum(2)
            return (factors * (users * items).sum(1))[:, None] - others
        shared = 1 if c["bprSum"] == "sum" else len(batch["negatives"]) // len(signs)
        orthogonal = sum(((p * n).sum(1) ** 2).mean() for p, n in list(zip(rows["p"], rows["n"]))[:2])
        squares = .5 * sum((x ** 2).sum() for each in rows.values() for x in each)
        terms = {"bpr": (F.softplus(-margins("p", 2 - signs)).sum(1).mean() / shared, 1.0),
                 "bprNegative": (F.softplus(margins("n", 1 + signs)).sum(1).mean() / shared, 1.0)}
        if "ratings" in given.inputs:
            terms["rating"] = self.rating(given, batch, *rows["p"][:2]), c["ratingWeight"]
        return {**terms, "orthogonal": (orthogonal, c["orthogonalWeight"]), "reg": (squares / shared, c["regWeight"])}

    # ---------------------------------------------------------------- of golden cases

    @classmethod
    def verify(cls, references):
        """Both signs are there; a lower threshold leaves fewer dislikes."""
        usual, lower = (references[name].inputs["signs"] for name in ("lsgrec", "lsgrec-authors"))
        assert 0 < (lower == 0).sum() < (usual == 0).sum()
