"""BM3 (Zhou et al., WWW 2023): a predictor pulls each view towards a copy of another with dropout; there are no negatives."""
import torch
import torch.nn.functional as F

from reference import model
from reference.graphs import bipartite, sym
from reference.losses import mean_of_layers


class Reference(model.Reference):
    defaults = {**model.BASE, "regWeight": .1, "layers": 1, "dropout": .5, "modalityWeight": 2.0,
                "modalityReduction": "sum", "trainFeatures": True}

    def build(self, data, init):
        d = self.config["embeddingSize"]
        init.tables(data, d)
        self.graphs["userItem"] = sym(bipartite(data.r), 1e-7)
        self.linear(init, "predictor", d, d)
        for key in self.modalities:
            if self.config["trainFeatures"]:
                init.given(f"features/{key}", data.features[key])
            self.linear(init, f"project/{key}", data.features[key].shape[1], d)

    def linear(self, init, name, inputs, outputs):
        """Xavier-normal weight, bias as PyTorch's default."""
        init.xavier_normal(f"{name}/weight", inputs, outputs)
        init.uniform(f"{name}/bias", (outputs,), inputs ** -.5)

    def nodes(self, given):
        """Rows of users and items before the predictor; items have their embedding once more on top of the mean."""
        users, items = given.split(mean_of_layers(given.graphs["userItem"], given.ids(), self.config["layers"]))
        return users, items + given["itemEmbedding"]

    def final(self, given):
        return tuple(given.linear("predictor", rows) for rows in self.nodes(given))

    def target(self, given, site, rows, ids):
        """The rows with inverted dropout, as constants; rows of one id share a mask."""
        rate = self.config["dropout"]
        if rate > 0:
            rows = rows * (given.draw(f"target/{site}", ids, rows.shape[1]) >= rate) / (1 - rate)
        return given.held(f"target/{site}", rows)

    def terms(self, given, batch):
        c, (users, items) = self.config, self.nodes(given)
        online, targets = {}, {}
        rows = {"users": users[batch["users"]], "items": items[batch["positives"]]}
        for key in self.modalities:
            rows[key] = given.linear(f"project/{key}", given.features(key)[batch["positives"]])
        for site, x in rows.items():
            online[site] = given.linear("predictor", x)
            targets[site] = self.target(given, site, x, batch["users" if site == "users" else "positives"])
        weight = c["modalityWeight"] * (2 / len(self.modalities) if c["modalityReduction"] == "mean2" else 1)
        terms = {"userToItem": (distance(online["users"], targets["items"]), 1.0),
                 "itemToUser": (distance(online["items"], targets["users"]), 1.0)}
        for key in self.modalities:
            terms[f"between/{key}"] = distance(online[key], targets["items"]), weight
            terms[f"within/{key}"] = distance(online[key], targets[key]), weight
        norms = torch.linalg.norm(users) + torch.linalg.norm(items)
        terms["reg"] = norms / given.items, c["regWeight"]
        return terms

    # ---------------------------------------------------------------- of golden cases

    def checked(self, given, terms, parts, grads):
        """Targets carry no gradient: modality terms move nothing of the ranking but the predictor."""
        for term, found in parts.items():
            moved = {name for name, part in found.items() if part is not None and part.abs().max() > 0}
            tables, predictor = {"userEmbedding", "itemEmbedding"}, {"predictor/weight", "predictor/bias"}
            kind, _, key = term.partition("/")
            own = {name for name in found if name.endswith((f"/{key}", f"/{key}/weight", f"/{key}/bias"))}
            expected = own | predictor if key else tables if kind == "reg" else tables | predictor
            assert moved == expected, (term, moved)


def distance(online, target):
    """1 - mean cosine of the rows."""
    return 1 - (F.normalize(online) * F.normalize(target)).sum(1).mean()
