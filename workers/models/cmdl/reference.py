"""CMDL (TOIS 2025): MGCN with shared and specific parts that critics of mutual information hold apart.

As the authors' code has it, where these terms read rows of users by the items' numbers. Critics of the upper bounds have a loss
of their own after each step, and are constant in the first one.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F

from reference import model
from reference.graphs import bipartite, sym, sym_bip
from reference.losses import batch_rows, bpr, half_squares, info_nce, mean_of_layers
from reference.refined import item_graphs

# In golden starts, critics' weights are that many times as wide as in training and their biases narrower, so that kinks matter.
WIDER, NARROWER, SURE = 40, .1, .01


class Reference(model.Reference):
    defaults = {**model.BASE, "embeddingSize": 4, "learningRate": .01, "training": "authors", "decoupledDecay": .5, "regWeight": .1,
                "userItemLayers": 2, "neighbours": 5, "contrastWeight": .3, "temperatureUsers": .2, "temperatureItems": .3,
                "miWeight": .5, "miRows": "code", "fusionGradient": False, "trainFeatures": True}

    def __init__(self, config, modalities):
        super().__init__(config, modalities)
        self.forgets = config["training"] == "authors"
        several = len(self.modalities) > 1
        self.second = ("critic/upper/", "critic/cross/") if several else ()
        self.critics = [f"{kind}/{key}" for kind in (("upper", "lower", "cross") if several else ("lower",))
                        for key in self.modalities]

    def decoupled_decay(self):
        return self.config["decoupledDecay"] if self.config["training"] == "authors" else 0.0

    def frozen(self):
        """Beginnings of the names of what is never trained."""
        if self.config["training"] == "authors":
            return "purify/", "attention", "fusion"
        return () if self.config["fusionGradient"] else ("fusion",)

    def build(self, data, init):
        d, count = self.config["embeddingSize"], len(self.modalities)
        self.graphs["userItem"], self.graphs["userFromItem"] = sym(bipartite(data.r)), sym_bip(data.r)
        self.graphs.update({f"items/{key}": graph for key, graph in item_graphs(self, data).items()})
        init.tables(data, d)
        for key in self.modalities:
            if self.config["trainFeatures"]:
                init.given(f"features/{key}", data.features[key])
            init.linear(f"project/{key}", data.features[key].shape[1], d)
            init.linear(f"purify/{key}", d, d)
            init.linear(f"preference/{key}", d, d)
        for name in ("preference/shared", "attention", "fusion"):
            init.linear(name, d, d)
        init.uniform("attention/query", (d,), d ** -.5)
        init.uniform("fusion/output/weight", (d, count + 1), d ** -.5)
        for name in self.critics:
            inputs = 3 * d if name.startswith("cross/") else 2 * d
            init.uniform(f"critic/{name}/hidden/weight", (inputs, 1), WIDER * inputs ** -.5)
            init.uniform(f"critic/{name}/hidden/bias", (1,), NARROWER * inputs ** -.5)
            init.given(f"critic/{name}/output/weight", np.float32(init.random.choice((-1, 1), (1, 1)) * init.random.uniform(.5, 1)))
        for name in [name for name in init.values if name.startswith(self.frozen())]:
            self.inputs[name] = init.values.pop(name).numpy()

    # ---------------------------------------------------------------- forward

    def value(self, given, name):
        return given[name] if name in given else given.inputs[name]

    def linear(self, given, name, x):
        return x @ self.value(given, f"{name}/weight") + self.value(given, f"{name}/bias")

    def shares(self, given, behaviour):
        """The weights of modalities and of the shared part: a softmax of each one's maximum over all nodes."""
        found = torch.tanh(self.linear(given, "fusion", behaviour)) @ self.value(given, "fusion/output/weight")
        if self.config["fusionGradient"] and given.checks:
            ranked = found.sort(0, descending=True).values
            given.apart(ranked[0] - ranked[1])
        omega = torch.softmax(found.amax(0), 0)
        return omega if self.config["fusionGradient"] else given.held("fusion", omega)

    def views(self, given):
        """Behaviour view E_B, side view E_M, the shared part E_S and by modality E_m, users stacked on items."""
        behaviour = mean_of_layers(given.graphs["userItem"], given.ids(), self.config["userItemLayers"])
        explicit = []
        for key in self.modalities:
            gate = torch.sigmoid(self.linear(given, f"purify/{key}", given.linear(f"project/{key}", given.features(key))))
            items = given.graphs[f"items/{key}"] @ (given["itemEmbedding"] * gate)
            explicit.append(torch.cat([given.graphs["userFromItem"] @ items, items]))
        query = self.value(given, "attention/query").reshape(-1, 1)
        asked = torch.softmax(torch.cat([torch.tanh(self.linear(given, "attention", x)) @ query for x in explicit], 1), 1)
        shared = sum(x * asked[:, m:m + 1] for m, x in enumerate(explicit))
        omega = self.shares(given, behaviour)
        side = omega[-1] * torch.sigmoid(given.linear("preference/shared", behaviour)) * shared
        for m, (key, x) in enumerate(zip(self.modalities, explicit)):
            side = side + omega[m] * torch.sigmoid(given.linear(f"preference/{key}", behaviour)) * (x - shared)
        return behaviour, side, shared, explicit

    def final(self, given):
        behaviour, side, *_ = self.views(given)
        return given.split(behaviour + side)

    # ---------------------------------------------------------------- mutual information

    def critic(self, given, name, constant):
        """Weights, bias and factor of a critic's one hidden unit. What it adds in the end cancels, and is left out."""
        parts = (f"critic/{name}/{part}" for part in ("hidden/weight", "hidden/bias", "output/weight"))
        return [given.held(part, given[part]) if constant else given[part] for part in parts]

    def pairs(self, given, critic, x, y, y_first):
        """T_ij = c(y_i, x_j), and the hidden unit before its kink; t_b is the diagonal of T."""
        weights, bias, factor = critic
        of_first, of_last = weights.split([y.shape[1], x.shape[1]] if y_first else [x.shape[1], y.shape[1]])
        of_y, of_x = (of_first, of_last) if y_first else (of_last, of_first)
        hidden = given.apart(y @ of_y + (x @ of_x).T + bias)
        return factor * F.relu(hidden), hidden

    def arguments(self, name, shared, explicit):
        """x and y of a critic."""
        kind, key = name.split("/")
        m = self.modalities.index(key)
        if kind == "upper":
            return explicit[m] - shared, shared
        if kind == "lower":
            return explicit[m], shared
        others = [x for n, x in enumerate(explicit) if n != m]
        return torch.cat([shared, sum(others) / len(others)], 1), explicit[m]

    def blocks(self, given, batch):
        """Rows of the positives, then of the negatives; as published, the items' numbers without the users before them."""
        first = given.users if self.config["miRows"] == "items" else 0
        return [first + batch[name] for name in ("positives", "negatives")]

    def active(self, given, name, found):
        """The share of pairs for which a critic's hidden unit lets anything through is observed."""
        alive, count = (sum(of(hidden) for _, hidden in found) for of in (lambda x: (x > 0).sum().item(), torch.numel))
        given.observe(f"active/{name}", [alive / count])
        assert not given.checks or 0 < alive < count, (name, alive, count)

    def estimates(self, given, batch, name, critic, shared, explicit):
        """Of both blocks T and, of each pair, the hidden unit before its kink."""
        x, y = self.arguments(name, shared, explicit)
        return [self.pairs(given, critic, x[rows], y[rows], not name.startswith("lower/")) for rows in self.blocks(given, batch)]

    @staticmethod
    def upper(t):
        return t.diagonal().mean() - t.mean()

    @staticmethod
    def lower(t):
        return t.diagonal().mean() - torch.logsumexp(t, 1).mean() + math.log(len(t))

    # ---------------------------------------------------------------- losses

    def terms(self, given, batch):
        c, (behaviour, side, shared, explicit) = self.config, self.views(given)
        rows = batch_rows(batch, *given.split(behaviour + side))
        terms = {"bpr": (bpr(*rows), 1.0), "reg": (half_squares(c["batchSize"], *rows), c["regWeight"])}
        (users, items), (users_b, items_b) = ([x[batch["users"]], y[batch["positives"]]]
                                              for x, y in map(given.split, (side, behaviour)))
        terms["contrastUsers"] = info_nce(users, users_b, c["temperatureUsers"]), c["contrastWeight"]
        terms["contrastItems"] = info_nce(items, items_b, c["temperatureItems"]), c["contrastWeight"]
        for name in self.critics:
            rises = name.startswith("lower/")
            found = self.estimates(given, batch, name, self.critic(given, name, not rises), shared, explicit)
            self.active(given, name, found)
            terms[name] = sum(-self.lower(t) if rises else self.upper(t) for t, _ in found), c["miWeight"]
        return terms

    def second_terms(self, given, batch):
        """Critics of upper bounds learn what makes the lower bound rise."""
        _, _, shared, explicit = self.views(given)
        found = {name: self.estimates(given, batch, name, self.critic(given, name, False), shared, explicit)
                 for name in self.critics if not name.startswith("lower/")}
        terms = {name: (-sum(self.lower(t) for t, _ in both), 1.0) for name, both in found.items()}
        assert not given.checks or all(abs(value.item()) > SURE / 2 for value, _ in terms.values())
        return terms

    # ---------------------------------------------------------------- of golden cases

    def checked(self, given, terms, parts, grads):
        """Differences of means are large enough to be found in float32, and critics are constant where they should be."""
        assert all(abs(terms[name][0].item()) > SURE for name in self.critics)
        assert all(part is None or term.startswith("lower/") for term, found in parts.items()
                   for name, part in found.items() if name.startswith("critic/"))

    def silent(self, given):
        """Critics of upper bounds have a loss of their own; with one modality nothing is specific and nothing to choose."""
        return self.second if len(self.modalities) > 1 else (*(f"preference/{key}" for key in self.modalities), "attention")
