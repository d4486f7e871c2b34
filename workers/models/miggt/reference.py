"""MIG-GT (Hu et al., AAAI 2025): each modality with its own number of hops, and a transformer over sampled items.

As the authors' code has it. Linear layers before batch normalisation, and the keys, have no bias: it could change nothing.
"""
import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.graphs import bipartite, sym
from reference.output import digits

EPSILON, MOMENTUM, HEAD, KEPT = 1e-5, .1, 4, .9


class Reference(model.Reference):
    defaults = {**model.BASE, "learningRate": 1e-2, "lrDecay": .5, "lrDecayEpochs": 1, "lrFloor": 4e-3, "regWeight": 1e-2,
                "hiddenSize": 6, "hopsId": 3, "hopsText": 2, "hopsImage": 1, "hopsOther": 1, "alpha": .1, "beta": .9,
                "inputDropout": .25, "hiddenDropout": .25, "userDropout": .25, "itemDropout": .25, "edgeDropout": .25,
                "outputDropout": .25, "globalSamples": 3, "itemEmbedding": False, "randomProjection": "image",
                "reduction": "sum"}

    def __init__(self, config, modalities):
        super().__init__(config, modalities)
        self.present = [key for key in self.modalities if self.hops(key) >= 0]

    def hops(self, view):
        return self.config.get("hops" + view.capitalize(), self.config["hopsOther"])

    def rate(self, epoch):
        """Falls by a factor after each epoch, unless it would fall below the floor."""
        c, rate = self.config, self.config["learningRate"]
        for _ in range(epoch):
            lower = rate * c["lrDecay"] ** (1 / c["lrDecayEpochs"])
            rate = lower if lower >= c["lrFloor"] else rate
        return rate

    def build(self, data, init):
        c, d, random = self.config, self.config["embeddingSize"], init.random
        size = data.users + data.items
        self.graphs["userItem"] = sym(bipartite(data.r) + sp.identity(size))
        init.given("userEmbedding", np.float32(random.normal(0, d ** -.5, (data.users, d))))
        if c["itemEmbedding"]:
            init.given("itemEmbedding", np.float32(random.normal(0, d ** -.5, (data.items, d))))
        for key in self.present:
            columns = data.features[key].shape[1]
            if key == "image" and c["randomProjection"] == "image" and "text" in self.modalities:
                x = data.features[key] @ random.normal(0, 1, (columns, data.features["text"].shape[1]))
                x /= np.linalg.norm(x, axis=1, keepdims=True) + 1e-8
                self.inputs[f"projected/{key}"], columns = np.float32(x), x.shape[1]
            for layer, inputs, outputs in (("hidden", columns, c["hiddenSize"]), ("output", c["hiddenSize"], d)):
                name = f"encode/{key}/{layer}"
                init.xavier(f"{name}/weight", inputs, outputs)
                # Training starts at 1 and 0; a little apart here.
                init.given(f"{name}/scale", np.float32(random.uniform(.5, 1.5, outputs)))
                init.uniform(f"{name}/shift", (outputs,), .5)
                init.given(f"{name}/slope", np.float32([.25]))
        init.xavier("transformer/query/weight", d, HEAD)
        init.uniform("transformer/query/bias", (HEAD,), .5)
        init.xavier("transformer/key/weight", d, HEAD)
        self.inputs["globalSamples@ranking"] = np.float64(random.integers(0, data.items, (size, c["globalSamples"])))

    # ---------------------------------------------------------------- forward

    def normalised(self, given, name, x, found):
        """Batch normalisation over all items, then PReLU. `found` takes the statistics; without it the running ones are used."""
        if found is None:
            mean, variance = (given.state[f"{name}/{key}"].to(given.dtype) for key in ("mean", "variance"))
        else:
            mean, variance = x.mean(0), x.var(0, unbiased=False)
            found[f"{name}/mean"], found[f"{name}/variance"] = mean.detach(), x.detach().var(0)
        x = (x - mean) / torch.sqrt(variance + EPSILON) * given[f"{name}/scale"] + given[f"{name}/shift"]
        given.apart(x)
        return torch.where(x >= 0, x, given[f"{name}/slope"] * x)

    def running(self, given, found):
        """The running statistics move a tenth of the way; they start at 0 and 1."""
        for name, value in found.items():
            before = given.state.get(name, torch.full_like(value, float(name.endswith("variance"))))
            given.state[name] = (1 - MOMENTUM) * before + MOMENTUM * value

    def encoded(self, given, key, found):
        c, training = self.config, found is not None
        name = f"projected/{key}"
        x = given.inputs[name] if name in given.inputs else given.features(key)
        if training:
            x = given.dropout(f"input/{key}", x, c["inputDropout"])
        x = self.normalised(given, f"encode/{key}/hidden", x @ given[f"encode/{key}/hidden/weight"], found)
        if training:
            x = given.dropout(f"hidden/{key}", x, c["hiddenDropout"])
        return self.normalised(given, f"encode/{key}/output", x @ given[f"encode/{key}/output/weight"], found)

    def entries(self, given):
        """Rows, columns and values of the graph, row by row."""
        graph = given.matrices["userItem"].tocoo()
        return (*(torch.from_numpy(part.astype(np.int64)) for part in (graph.row, graph.col)),
                torch.from_numpy(graph.data).to(given.dtype))

    def propagated(self, given, view, start, training):
        """MGDCF: k hops over one mask of the edges, each mixed with the start."""
        k, alpha, beta, rate = self.hops(view), self.config["alpha"], self.config["beta"], self.config["edgeDropout"]
        if k == 0:
            return start
        rows, columns, values = given.once("entries", lambda: self.entries(given))
        if training and rate > 0:
            drawn = given.draw(f"edge/{view}", torch.arange(len(values)), 1)[:, 0]
            values = values * (drawn >= rate) / (1 - rate)
        h = start
        for _ in range(k):
            h = beta * torch.zeros_like(h).index_add(0, rows, h[columns] * values[:, None]) + alpha * start
        return h / (beta ** k + alpha * sum(beta ** i for i in range(k)))

    def mixed(self, given, found):
        """Y, the sum of the views of all nodes."""
        c, training = self.config, found is not None
        views, users = [], given["userEmbedding"]
        nothing = torch.zeros(given.items, users.shape[1], dtype=given.dtype)
        if self.hops("id") >= 0:
            own = given.dropout("node/users", users, c["userDropout"]) if training else users
            start = torch.cat([own, given["itemEmbedding"] if c["itemEmbedding"] else nothing])
            views.append(self.propagated(given, "id", start, training))
        for key in self.present:
            x = self.encoded(given, key, found)
            if training:
                x = given.dropout(f"node/{key}", x, c["itemDropout"])
            start = torch.cat([torch.zeros_like(users), x])
            views.append(self.propagated(given, key, start, training))
        return given.dropout("output", sum(views), c["outputDropout"]) if training else sum(views)

    def sequences(self, given, samples, nodes):
        """The nodes' own rows, then those of the items sampled for them."""
        return torch.cat([nodes[:, None], given.users + samples[nodes]], 1)

    def transformed(self, given, y, places, first):
        """What attention within each sequence makes of it: of the first position alone, or of all."""
        query, key = given.linear("transformer/query", y), y @ given["transformer/key/weight"]
        asked = places[:, :1] if first else places
        shares = torch.softmax(query[asked] @ key[places].transpose(1, 2) / HEAD ** .5, 2)
        return KEPT * y[asked] + (1 - KEPT) * shares @ y[places]

    def nodes(self, given, y, samples):
        places = self.sequences(given, samples, torch.arange(len(y)))
        return self.transformed(given, y, places, True)[:, 0]

    def final(self, given):
        samples = given.inputs["globalSamples@ranking"].long()
        return given.split(self.nodes(given, self.mixed(given, None), samples))

    # ---------------------------------------------------------------- loss

    def terms(self, given, batch):
        c, found = self.config, {}
        y = self.mixed(given, found)
        given.decided("running", lambda: self.running(given, found))
        drawn = given.draw("globalSamples", torch.arange(len(y)), c["globalSamples"])
        samples = (drawn * given.items).long().clamp(max=given.items - 1)
        z = self.nodes(given, y, samples)
        users, items = given.split(z)
        u, i, negatives = users[batch["users"]], items[batch["positives"]], items[batch["negatives"]]
        x = (u * i).sum(1, keepdim=True) - (u[:, None] * negatives.view(len(u), -1, u.shape[1])).sum(2)
        places = self.sequences(given, samples, given.users + batch["positives"])
        logits = (self.transformed(given, y, places, False) @ u[:, :, None])[:, :, 0]
        rows = 1 if c["reduction"] == "sum" else len(u)
        own = torch.zeros(len(u), dtype=torch.long)
        return {"bpr": (F.softplus(-x).mean(1).sum() / rows, 1.0),
                "unsmooth": (F.cross_entropy(logits, own, reduction="sum") / rows, 1.0),
                "reg": (.5 * (z * z).sum() / rows, c["regWeight"])}

    # ---------------------------------------------------------------- of golden cases

    def drawn(self, site, place, given, ids, width):
        if site != "globalSamples":
            return model.coarse(given, len(ids), width)
        random = given.once("samples", lambda: np.random.default_rng(given.seed + 2000))
        return torch.tensor(np.float32((random.integers(0, given.items, (len(ids), width)) + .5) / given.items))

    def record(self, given, data):
        """The running statistics after the last step."""
        return {"state": {name: digits(value) for name, value in given.state.items()}}
