"""LLMRec (Wei et al., WSDM 2024): profiles, attributes and pairs that a language model made, beside modalities and IDs.

As the authors' code has it, where pruning keeps the rows with the largest loss and the regulariser is a reciprocal. What the
language model made is data: encoded profiles of users, encoded attributes of items, and of users a pair of items, liked and not.
"""
import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.data import BATCH, COLD_USER, ITEMS, SHORT, USERS, AudioDataset, Dataset
from reference.graphs import inverse_root
from reference.losses import batch_rows

COLUMNS, ATTRIBUTES, SHARE = 6, 3, .1


class ProfilesDataset(Dataset):
    """The shared data with profiles alone; nothing is known of the cold user."""

    def __init__(self):
        super().__init__()
        self.profiles = np.float32(np.random.default_rng(801).normal(0, .5, (USERS, COLUMNS)))
        self.profiles[COLD_USER] = 0


class TextsDataset(ProfilesDataset):
    """With attributes, and pairs of most users: batches have further rows of some of their users, one for ten."""

    def __init__(self):
        super().__init__()
        random = np.random.default_rng(802)
        self.attributes = np.float32(random.normal(0, .5, (ATTRIBUTES, ITEMS, COLUMNS)))
        self.pairs = np.array([random.choice(ITEMS, 2, replace=False) for _ in range(USERS)])
        self.pairs[[COLD_USER, *random.choice(USERS, 4, replace=False)]] = -1
        self.batches = [self.enlarged(random, *batch, int(SHARE * size))
                        for batch, size in zip(self.batches, (BATCH, BATCH, SHORT))]

    def enlarged(self, random, users, positives, negatives, count):
        able = sorted({u for u in users if self.pairs[u, 0] >= 0})
        chosen = random.choice(able, count, replace=False).tolist()
        liked, refused = self.pairs[chosen].T.tolist()
        return users + chosen, positives + liked, negatives + refused


class ThreeModalities(TextsDataset):
    def __init__(self):
        super().__init__()
        self.features = AudioDataset().features


def scaled(matrix):
    """Rows divided by the root of their number of entries."""
    matrix = sp.csr_matrix(matrix, dtype=np.float64)
    result = (sp.diags(inverse_root(np.asarray(matrix.sum(1)).ravel() + 1e-8)) @ matrix).tocsr()
    result.sort_indices()
    return result


class Reference(model.Reference):
    defaults = {**model.BASE, "embeddingSize": 4, "learningRate": .01, "decoupledDecay": .5, "layers": 2, "modalityShare": .3,
                "profileShare": 1.5, "attributeShare": .4, "modalityWeight": .5, "attributeWeight": .3, "pruneRate": .71,
                "keep": "largestLoss", "featureRegWeight": .02, "regWeight": 40.0, "regulariser": "reciprocal"}
    dataset = "texts"
    datasets = {"texts": TextsDataset, "profiles": ProfilesDataset, "textsAudio": ThreeModalities}

    def decoupled_decay(self):
        return self.config["decoupledDecay"]

    def build(self, data, init):
        d = self.config["embeddingSize"]
        self.graphs["userFromItem"], self.graphs["itemFromUser"] = scaled(data.r), scaled(data.r.T)
        init.tables(data, d)
        if hasattr(data, "profiles"):
            self.inputs["userVectors"] = data.profiles
        if hasattr(data, "attributes"):
            self.inputs.update({f"attributes/{k}": x for k, x in enumerate(data.attributes, 1)})
            self.inputs["pairs"] = data.pairs
        layers = {f"project/{key}": data.features[key].shape[1] for key in self.modalities}
        layers.update({name: COLUMNS for name, given in (("profile", hasattr(data, "profiles")),
                                                         ("attribute", hasattr(data, "attributes"))) if given})
        for name, columns in layers.items():
            init.xavier(f"{name}/weight", columns, d)
            init.uniform(f"{name}/bias", (d,), columns ** -.5)

    # ---------------------------------------------------------------- forward

    def ids(self, given):
        """Means of the layers, each of items made of the users just made; the last ones go through a softmax."""
        users, items = [given["userEmbedding"]], [given["itemEmbedding"]]
        for layer in range(1, self.config["layers"] + 1):
            for side, graph, other in ((users, "userFromItem", items), (items, "itemFromUser", users)):
                x = given.graphs[graph] @ other[-1]
                side.append(torch.softmax(x, 1) if layer == self.config["layers"] else x)
        return torch.stack(users).mean(0), torch.stack(items).mean(0)

    def from_items(self, given, x):
        users = given.graphs["userFromItem"] @ x
        return users, given.graphs["itemFromUser"] @ users

    def views(self, given):
        """Users and items of each modality, of each attribute, and of the profiles."""
        modal = {key: self.from_items(given, given.linear(f"project/{key}", given.features(key))) for key in self.modalities}
        attributes = [self.from_items(given, given.linear("attribute", x))
                      for name, x in given.inputs.items() if name.startswith("attributes/")]
        profile = None
        if "userVectors" in given.inputs:
            items = given.graphs["itemFromUser"] @ given.linear("profile", given.inputs["userVectors"])
            profile = given.graphs["userFromItem"] @ items, items
        return modal, attributes, profile

    def joined(self, given, views):
        """The rows that rank: IDs, and shares of each view's unit rows."""
        c, (modal, attributes, profile) = self.config, views
        parts = [(c["modalityShare"], view) for view in modal.values()] + [(c["attributeShare"], view) for view in attributes]
        if profile is not None:
            parts.append((c["profileShare"], profile))
        return [ids + sum(share * F.normalize(view[side]) for share, view in parts) for side, ids in enumerate(self.ids(given))]

    def final(self, given):
        return self.joined(given, self.views(given))

    # ---------------------------------------------------------------- loss

    def pruned(self, given, site, users, positives, negatives):
        """The mean of -log sigmoid over the rows that are kept, those with the largest (or smallest) loss."""
        losses = F.softplus(-((users * (positives - negatives)).sum(1) + 1e-8))
        count = max(1, int((1 - self.config["pruneRate"]) * len(losses) + 1e-6))
        largest = self.config["keep"] == "largestLoss"

        def kept():
            ranked, places = losses.detach().sort(stable=True, descending=largest)
            if count < len(losses):
                given.apart(ranked[count - 1:count] - ranked[count:count + 1])
            return places[:count]
        return losses[given.decided(site, kept)].mean()

    def squares(self, rows):
        """Half the sum of squares, or the sum of the reciprocals of each block's doubled squares."""
        if self.config["regulariser"] == "squared":
            return sum(.5 * (x * x).sum() for x in rows)
        return sum(1 / (2 * (x * x).sum() + 1e-8) for x in rows)

    def terms(self, given, batch):
        c, views = self.config, self.views(given)
        modal, attributes, profile = views
        rows = batch_rows(batch, *self.joined(given, views))
        terms = {"bpr": (self.pruned(given, "bpr", *rows), 1.0)}
        for key, view in modal.items():
            terms[f"bpr/{key}"] = self.pruned(given, f"bpr/{key}", *batch_rows(batch, *view)), c["modalityWeight"]
        if attributes and profile is not None:
            value = sum(self.pruned(given, f"attributes/{k}", *batch_rows(batch, profile[0], items))
                        for k, (_, items) in enumerate(attributes, 1))
            terms["attributes"] = value, c["attributeWeight"]
        squares = sum((x * x).sum() for view in modal.values() for x in view)
        terms["featureReg"] = .5 * squares / given.items, c["featureRegWeight"]
        terms["reg"] = self.squares(rows) / c["batchSize"], c["regWeight"]
        return terms

    # ---------------------------------------------------------------- of golden cases

    @classmethod
    def verify(cls, references):
        """Some users have no pair; there are no more parts than texts."""
        pairs = references["llmrec"].inputs["pairs"]
        assert 3 < (pairs[:, 0] < 0).sum() < USERS / 2 and (pairs[:, 0] != pairs[:, 1]).sum() == (pairs[:, 0] >= 0).sum()
        assert list(references["llmrec-profiles-alone"].inputs) == ["userVectors"]
        assert not references["llmrec-without-texts"].inputs
