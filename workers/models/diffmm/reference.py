"""DiffMM (Jiang et al., MM 2024): per modality a denoiser of histories, whose best items make a graph anew in every epoch.

As the authors' code has it. The denoisers are trained by a loss of their own, before each epoch of the main one.
"""
import itertools
import math

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.data import ITEMS, USERS, Dataset, draw_batches
from reference.graphs import bipartite, sym

STEPS, TIME, DROPOUT, SCALE, LEAST_NOISE, MOST_NOISE = 5, 10, .5, .1, 1e-4, .02
TILE, SURE = 1024, 1e-4
# In golden starts a history weighs that many times as much as in training, so that users have different best items.
WIDER = 8


class CrowdDataset(Dataset):
    """The shared data and as many users again, so that the users fill more than one batch."""

    users = 2 * USERS

    def __init__(self):
        super().__init__()
        order = np.random.default_rng(701).permutation(ITEMS)
        self.train = sorted(set(self.train) | {(USERS + u, int(order[i])) for u, i in self.train})
        self.r = sp.csr_matrix((np.ones(len(self.train)), tuple(np.array(self.train).T)), (self.users, ITEMS))
        self.batches = draw_batches(np.random.default_rng(702), self.train)

    def json(self):
        return {**super().json(), "users": self.users}


# ---------------------------------------------------------------- diffusion

def schedule():
    """By step: how much of the start is left, the loss's weight, and the posterior mean's two coefficients."""
    variances = np.linspace(SCALE * LEAST_NOISE, SCALE * MOST_NOISE, STEPS)
    left = 1 - variances
    beta = np.array([1e-4, *np.minimum(1 - left[1:] / left[:-1], .999)])
    alpha = np.cumprod(1 - beta)
    before, ratio = np.array([1.0, *alpha[:-1]]), alpha / (1 - alpha)
    weight = np.array([1.0, *(ratio[:-1] - ratio[1:])])
    return (alpha, weight, beta * np.sqrt(before) / (1 - alpha), (1 - before) * np.sqrt(1 - beta) / (1 - alpha))


ALPHA, WEIGHT, OF_FOUND, OF_NOISY = schedule()
assert np.allclose(ALPHA, [.9999, .99940254, .99890509, .99840763, .99791018], atol=5e-9)
assert np.allclose(WEIGHT, [1, 8326.23, 760.449, 285.320, 149.487], rtol=1e-5)
assert np.allclose(OF_FOUND, [1, .832665, .454470, .312571, .238227], atol=1e-6)
assert np.allclose(OF_NOISY, [0, .167335, .545530, .687429, .761773], atol=1e-6)


def normals(draws):
    """Box-Muller: the left half of the columns gives lengths, the right half angles."""
    one, other = draws.chunk(2, 1)
    return torch.sqrt(-2 * torch.log(1 - one)) * torch.cos(2 * math.pi * other)


class Reference(model.Reference):
    defaults = {**model.BASE, "embeddingSize": 4, "learningRate": .02, "regWeight": .01, "layers": 1, "contrastWeight": .1,
                "temperature": .5, "residualWeight": .5, "modalGraphWeight": .2, "itemsPerUser": 1, "keepRate": .5,
                "contrastMethod": "modalities", "projectionImage": "leaky", "projectionText": "leaky",
                "projectionOther": "leaky", "denoiserSize": 8, "diffusionWeight": 300.0, "rebuildEvery": 1, "rebuildNoise": 0}
    datasets = {"crowd": CrowdDataset}
    second = ("denoise/",)

    def projection(self, key):
        return self.config.get("projection" + key.capitalize(), self.config["projectionOther"])

    def build(self, data, init):
        d, count, hidden = self.config["embeddingSize"], len(self.modalities), self.config["denoiserSize"]
        self.graphs["userItem"] = sym(bipartite(data.r) + sp.identity(data.users + data.items))
        init.tables(data, d)
        for key in self.modalities:
            columns = data.features[key].shape[1]
            if self.projection(key) == "linear":
                init.linear(f"project/{key}", columns, d)
            else:
                init.xavier(f"project/{key}/weight", columns, d)
            for layer, inputs, outputs in (("time", TIME, TIME), ("hidden", data.items + TIME, hidden),
                                           ("output", hidden, data.items)):
                weight = init.random.normal(0, (2 / (inputs + outputs)) ** .5, (inputs, outputs))
                if layer == "hidden":
                    weight[:data.items] *= WIDER
                init.given(f"denoise/{key}/{layer}/weight", np.float32(weight))
                init.given(f"denoise/{key}/{layer}/bias", np.float32(init.random.normal(0, .001, outputs)))
        # Training starts at the same share for each; a little apart here.
        init.given("modalityWeights", np.float32(1 / count + init.random.uniform(-.3, .3, count)))

    def projected(self, given, key):
        if self.projection(key) == "linear":
            return given.linear(f"project/{key}", given.features(key))
        return F.leaky_relu(given.apart(given.features(key) @ given[f"project/{key}/weight"]), .2)

    # ---------------------------------------------------------------- denoisers

    def histories(self, given, users):
        return torch.from_numpy(given.r[users.numpy()].toarray()).to(given.dtype)

    def denoised(self, given, key, x, steps):
        """What the network takes for the start of noisy rows; `steps` says how noisy each is."""
        angles = steps[:, None] * 10000.0 ** (-torch.arange(TIME // 2, dtype=given.dtype) / (TIME // 2))
        time = given.linear(f"denoise/{key}/time", torch.cat([torch.cos(angles), torch.sin(angles)], 1))
        return given.linear(f"denoise/{key}/output", torch.tanh(given.linear(f"denoise/{key}/hidden", torch.cat([x, time], 1))))

    def noisy(self, given, site, users, x, steps):
        """The users' rows after `steps` steps, an index for each."""
        noise = normals(given.draw(site, users, 2 * x.shape[1]))
        left = torch.from_numpy(ALPHA).to(given.dtype)[steps][:, None]
        return torch.sqrt(left) * x + torch.sqrt(1 - left) * noise

    def second_batches(self, given):
        """All users, shuffled."""
        order = given.draw(f"diffusion/order@epoch{given.epoch}", torch.arange(given.users), 1)[:, 0].sort(stable=True)[1]
        return [{"users": users} for users in order.split(self.config["batchSize"])]

    def second_terms(self, given, batch):
        users, terms = batch["users"], {}
        x = self.histories(given, users)
        for key in self.modalities:
            end = f"{key}@epoch{given.epoch}"
            steps = (STEPS * given.draw(f"diffusion/step/{end}", users, 1)[:, 0]).long().clamp(max=STEPS - 1)
            noisy = self.noisy(given, f"diffusion/noise/{end}", users, x, steps)
            kept = given.draw(f"diffusion/dropout/{end}", users, given.items) >= DROPOUT
            found = self.denoised(given, key, noisy * kept / (1 - DROPOUT), steps)
            weights = torch.from_numpy(WEIGHT).to(given.dtype)[steps]
            apart = found @ self.projected(given, key) - x @ given["itemEmbedding"]
            terms[f"denoise/{key}"] = (weights * ((x - found) ** 2).mean(1)).mean(), 1.0
            terms[f"guide/{key}"] = (apart ** 2).mean(), self.config["diffusionWeight"]
        return terms

    def best(self, given, key):
        """Of each user the items that the denoiser scores highest, from its clean history."""
        found, count, noise = [], self.config["itemsPerUser"], self.config["rebuildNoise"]
        for users in torch.arange(given.users).split(TILE):
            x = self.histories(given, users)
            if noise > 0:
                steps = torch.full((len(users),), noise - 1)
                x = self.noisy(given, f"rebuild/noise/{key}@epoch{given.epoch}", users, x, steps)
            for step in reversed(range(STEPS)):
                x = OF_FOUND[step] * self.denoised(given, key, x, torch.full((len(users),), step)) + OF_NOISY[step] * x
            ranked, places = x.sort(stable=True, dim=1, descending=True)
            if given.checks:  # float32 finds the same ones, after five passes
                assert (ranked[:, count - 1] - ranked[:, count]).min() > SURE
            found.append(places[:, :count])
        return torch.cat(found)

    def rebuilt(self, given, key):
        """Each user and their best items, normalised with loops; then entries are dropped."""
        keep, items = self.config["keepRate"], self.best(given, key).numpy()
        self.facts[f"edges/{key}@epoch{given.epoch}"] = items.tolist()
        ones, users = np.ones(items.size), np.repeat(np.arange(given.users), items.shape[1])
        edges = sp.csr_matrix((ones, (users, items.ravel())), (given.users, given.items))
        graph = sym(bipartite(edges) + sp.identity(given.users + given.items))
        if keep < 1:
            draws = given.draw(f"edges/{key}@epoch{given.epoch}", torch.arange(graph.nnz), 1)[:, 0].numpy()
            graph.data *= (draws >= 1 - keep) / keep
            graph.eliminate_zeros()
        return graph

    def start_epoch(self, given):
        for key in self.modalities:
            name = f"userItem/{key}@epoch{given.epoch}"
            if given.epoch % self.config["rebuildEvery"] > 0:
                graph = given.decided(name, lambda: self.graphs[f"userItem/{key}@epoch{given.epoch - 1}"])
            else:
                with torch.no_grad():
                    graph = given.decided(name, lambda: self.rebuilt(given, key))
            given.show_graph(name, graph)
            given.graphs[name] = given.sparse(graph)

    # ---------------------------------------------------------------- main model

    def layers(self, given, x):
        """The sum of layers 0..L of plain propagation."""
        every = [x]
        for _ in range(self.config["layers"]):
            every.append(given.graphs["userItem"] @ every[-1])
        return sum(every)

    def views(self, given):
        """All rows E, and per modality the view K that contrasts."""
        c, graph, views, parts = self.config, given.graphs["userItem"], [], []
        for key in self.modalities:
            own = given.graphs[f"userItem/{key}@epoch{given.epoch}"]
            start = torch.cat([given["userEmbedding"], F.normalize(self.projected(given, key))])
            first = graph @ start
            second = graph @ torch.cat([given.split(first)[0], given["itemEmbedding"]])
            parts.append(first + second + c["modalGraphWeight"] * (own @ given.ids()))
            views.append(self.layers(given, own @ start))
        shares = torch.softmax(given["modalityWeights"], 0)
        mixed = sum(shares[m] * part for m, part in enumerate(parts))
        return self.layers(given, mixed) + c["residualWeight"] * F.normalize(mixed), views

    def final(self, given):
        return given.split(self.views(given)[0])

    def contrast(self, anchors, candidates, places):
        """From the rows of one view to all of another."""
        logits = F.normalize(anchors)[places] @ F.normalize(candidates).T / self.config["temperature"]
        return F.cross_entropy(logits, places)

    def terms(self, given, batch):
        c, (nodes, views) = self.config, self.views(given)
        users, items = given.split(nodes)
        u, i, negatives = users[batch["users"]], items[batch["positives"]], items[batch["negatives"]]
        x = (u * i).sum(1, keepdim=True) - (u[:, None] * negatives.view(len(u), -1, u.shape[1])).sum(2)
        terms = {"bpr": (F.softplus(-x).mean(1).sum() / c["batchSize"], 1.0),
                 "reg": ((given.ids() ** 2).sum(), c["regWeight"])}
        if c["contrastMethod"] == "main" or len(views) == 1:
            pairs = [(nodes, view) for view in views]
        else:
            pairs = list(itertools.combinations(views, 2))
        for side, (name, places) in enumerate((("contrastUsers", batch["users"]), ("contrastItems", batch["positives"]))):
            value = sum(self.contrast(given.split(a)[side], given.split(b)[side], places) for a, b in pairs)
            terms[name] = value, c["contrastWeight"]
        return terms

    # ---------------------------------------------------------------- of golden cases

    def silent(self, given):
        """Denoisers have a loss of their own; with one modality there is nothing to choose."""
        return ("denoise/",) if len(self.modalities) > 1 else ("denoise/", "modalityWeights")

    def drawn(self, site, place, given, ids, width):
        return model.coarse(given, len(ids), width)

    @classmethod
    def verify(cls, references):
        """Users have different edges. Denoisers learn: a later epoch's are others. What is not rebuilt stays."""
        def edges(name, epoch, key="text"):
            return references[name].facts.get(f"edges/{key}@epoch{epoch}")

        assert all(len(set(map(tuple, found))) > 3 for each in references.values() for found in each.facts.values())
        assert edges("diffmm", 0) != edges("diffmm", 1) and edges("diffmm", 0) != edges("diffmm", 0, "image")
        assert edges("diffmm-rebuild", 1) is None and edges("diffmm-rebuild", 0) != edges("diffmm-rebuild", 2)
