"""MLLMRec (arXiv 2508.15304): items smoothed over the refined item graph, each side through a network of two layers."""
import numpy as np
import torch
import torch.nn.functional as F

from reference import model
from reference.data import COLD_ITEM, COLD_USER, ITEMS, USERS
from reference.graphs import bipartite, sym
from reference.losses import batch_rows, bpr
from reference.refined import refined

COLUMNS, WITHOUT_TEXT = 10, 12


def item_vectors():
    """One column of zeros, two equal rows, and rows of zeros for the cold item and for one that was bought."""
    x = np.float32(np.random.default_rng(301).normal(0, .5, (ITEMS, COLUMNS)))
    x[:, -1] = 0
    x[21] = x[20]
    x[[COLD_ITEM, WITHOUT_TEXT]] = 0
    return x


def user_vectors():
    """One constant column; nothing else is known of the cold user."""
    x = np.float32(np.random.default_rng(302).normal(0, .5, (USERS, COLUMNS)))
    x[COLD_USER] = 0
    x[:, -1] = .5
    return x


def scaled(x, scale):
    """Rows of length 1, or columns of mean 0 and (population) standard deviation 1; what has no length or spread is 0."""
    if scale == "l2":
        return F.normalize(x)
    if scale == "zscore":
        spread = x.std(0, unbiased=False)
        return torch.where(spread > 1e-12, (x - x.mean(0)) / torch.where(spread > 1e-12, spread, torch.ones_like(spread)),
                           torch.zeros_like(x))
    return x


class Reference(model.Reference):
    defaults = {**model.BASE, "hiddenSize": 16, "neighbours": 5, "threshold": True, "minSimilarity": .4, "cooccurrence": True,
                "coNeighbours": 4, "dropIdentical": "all", "layers": 1, "profiles": "file", "userItemConvolution": False,
                "featureScale": "none"}
    modalities = ()
    dataset = "refined"

    def build(self, data, init):
        c = self.config
        items = self.inputs["itemVectors"] = item_vectors()
        if c["profiles"] == "file":
            self.inputs["userVectors"] = user_vectors()
        for side in ("user", "item"):
            init.xavier(f"{side}/hidden/weight", COLUMNS, c["hiddenSize"])
            init.uniform(f"{side}/hidden/bias", (c["hiddenSize"],), .1)
            init.xavier(f"{side}/output/weight", c["hiddenSize"], c["embeddingSize"])
            if side == "user":  # the items' last bias cancels in BPR
                init.uniform(f"{side}/output/bias", (c["embeddingSize"],), .1)
        if c["profiles"] == "random":
            init.xavier("userProfiles", data.users, COLUMNS)
        # The graph sees the raw vectors, whatever the scale.
        graph, self.facts = refined(data.r, items, c["neighbours"], c["minSimilarity"] if c["threshold"] else None,
                                    c["coNeighbours"] if c["cooccurrence"] else 0, c["dropIdentical"])
        self.graphs["items"] = sym(graph)
        if c["userItemConvolution"]:
            self.graphs["userItem"] = sym(bipartite(data.r))

    def items(self, given):
        """The sum of layers 0..L of the scaled vectors: a constant."""
        every = [scaled(given.inputs["itemVectors"].double(), self.config["featureScale"]).to(given.dtype)]
        for _ in range(self.config["layers"]):
            every.append(given.graphs["items"] @ every[-1])
        return sum(every)

    def profiles(self, given):
        """The given profiles, or the mean raw vector of each user's training items (0 without any), scaled: a constant."""
        x = given.inputs.get("userVectors")
        if x is None:
            counts = np.asarray(given.r.sum(1))
            x = torch.from_numpy((given.r @ given.inputs["itemVectors"].double().numpy()) / np.maximum(counts, 1))
        return scaled(x.double(), self.config["featureScale"]).to(given.dtype)

    def network(self, given, side, places=slice(None)):
        if side == "item":
            x = given.once("items", lambda: self.items(given))
        elif "userProfiles" in given:
            x = given["userProfiles"]
        else:
            x = given.once("profiles", lambda: self.profiles(given))
        hidden = F.leaky_relu(given.apart(given.linear(f"{side}/hidden", x[places])), .01)
        bias = f"{side}/output/bias"
        return hidden @ given[f"{side}/output/weight"] + (given[bias] if bias in given else 0)

    def final(self, given):
        users, items = self.network(given, "user"), self.network(given, "item")
        if not self.config["userItemConvolution"]:
            return users, items
        h = torch.cat([users, items])
        layer = F.normalize(h)
        for _ in range(3):  # layers 0..2
            h = h + layer
            layer = given.graphs["userItem"] @ layer
        return given.split(h)

    def terms(self, given, batch):
        if self.config["userItemConvolution"]:
            rows = batch_rows(batch, *self.final(given))
        else:  # only the batch's rows pass the networks
            rows = (self.network(given, side, batch[name])
                    for side, name in (("user", "users"), ("item", "positives"), ("item", "negatives")))
        return {"bpr": (bpr(*rows), 1.0)}

    @classmethod
    def verify(cls, references):
        def graph(end=""):
            return references["mllmrec" + end].graphs["items"]

        def same(first, second):
            return (abs(graph(first) - graph(second)) > 1e-12).nnz == 0

        facts = references["mllmrec"].facts
        assert 20 <= facts["droppedByThreshold"] and facts["entries"] > 100, facts
        assert graph()[COLD_ITEM].nnz == 0 and graph()[WITHOUT_TEXT].nnz == 4  # no row at all, and co-occurrence alone
        assert not any(same("", end) for end in ("-without-gd", "-without-te", "-identical-none", "-identical-authors"))
        assert not same("-identical-none", "-identical-authors")
