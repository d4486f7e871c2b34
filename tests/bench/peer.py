"""The training step and the ranking of each model in plain PyTorch, for `npm run bench -- --peer`.

Written from the models' mathematics, in float32, with sparse graphs. Reads a folder with graphs as they are multiplied,
initial parameters, features and batches, then answers one line of JSON for each line of input: `open`, `steps n`, `start`
(an epoch's graphs and first step), `evaluate`. Batches are ready tensors: drawing them is in none of these times.
"""
import json
import math
import pathlib
import sys
import time
import warnings

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore")


# ---------------------------------------------------------------- what is given

def read_safetensors(path):
    data = np.memmap(path, np.uint8, "r")
    length = int(data[:8].view("<u8")[0])
    arrays = {}
    for name, entry in json.loads(bytes(data[8:8 + length])).items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        kind = {"F32": "<f4", "I32": "<i4"}[entry["dtype"]]
        arrays[name] = np.array(data[begin:end].view(kind)).reshape(entry["shape"])
    return arrays


class Product(torch.autograd.Function):
    """`A x` for a constant sparse A, whose transpose is kept for the gradient."""

    @staticmethod
    def forward(context, matrix, x):
        context.matrix = matrix
        return matrix.forward @ x

    @staticmethod
    def backward(context, gradient):
        return None, context.matrix.backward @ gradient


class Graph:
    def __init__(self, matrix, layout):
        matrix = matrix.tocsr()
        self.forward, self.backward = (to_torch(half, layout) for half in (matrix, matrix.T.tocsr()))

    def __matmul__(self, x):
        return Product.apply(self, x)


def to_torch(matrix, layout):
    values = torch.from_numpy(matrix.data.astype(np.float32))
    if layout == "csr":
        pointers, columns = (torch.from_numpy(part.astype(np.int64)) for part in (matrix.indptr, matrix.indices))
        return torch.sparse_csr_tensor(pointers, columns, values, matrix.shape)
    coo = matrix.tocoo()
    return torch.sparse_coo_tensor(np.stack([coo.row, coo.col]), values, matrix.shape).coalesce()


def faster_layout(matrix, width):
    """PyTorch has two sparse products; which one is faster depends on how it was built."""
    best = {}
    x = torch.ones(matrix.shape[1], width)
    for layout in ("csr", "coo"):
        candidate = to_torch(matrix, layout)
        candidate @ x
        times = []
        for _ in range(5):
            start = time.perf_counter()
            candidate @ x
            times.append(time.perf_counter() - start)
        best[layout] = min(times)
    return min(best, key=best.get)


def symmetric(matrix, epsilon=0.0):
    degrees = np.asarray(matrix.sum(1)).ravel() + epsilon
    scale = sp.diags(np.where(degrees > 0, degrees, np.inf) ** -0.5)
    return scale @ matrix @ scale


class Subject:
    def __init__(self, folder):
        given = json.loads((folder / "subject.json").read_text())
        self.arrays = read_safetensors(folder / "arrays.safetensors")
        torch.set_num_threads(given["threads"])
        torch.manual_seed(1)
        self.model, self.config, self.keys = given["model"], given["config"], given["modalities"]
        self.users, self.items, self.per_epoch = given["users"], given["items"], given["stepsPerEpoch"]
        self.matrices = {
            name: sp.csr_matrix((self.arrays[f"graph/{name}/values"], self.arrays[f"graph/{name}/columns"], self.arrays[f"graph/{name}/pointers"]), shape)
            for name, shape in given["shapes"].items()}
        largest = max(self.matrices.values(), key=lambda matrix: matrix.nnz, default=None)
        self.layout = "none" if largest is None else faster_layout(largest, self.config["embeddingSize"])
        self.graphs = {name: Graph(matrix, self.layout) for name, matrix in self.matrices.items()}
        self.parameters = {
            name[5:]: torch.from_numpy(values).requires_grad_() for name, values in self.arrays.items() if name.startswith("init/")}
        # Trained features are parameters.
        self.features = {
            key: self.parameters[f"features/{key}"] if f"features/{key}" in self.parameters else torch.from_numpy(self.arrays[f"features/{key}"])
            for key in self.keys}
        self.batches = [
            {name: torch.from_numpy(self.arrays[f"batch/{k}/{name}"].astype(np.int64)) for name in ("pairs", "users", "positives", "negatives")}
            for k in range(given["batches"])]
        pairs = {name: [self.arrays[f"data/{name}/{column}"] for column in ("users", "items")] for name in ("train", "valid")}
        self.train, self.valid = pairs["train"], pairs["valid"]
        self.trained = sp.csr_matrix((np.ones(len(self.train[0]), np.float32), tuple(self.train)), (self.users, self.items))

    def __getitem__(self, name):
        return self.parameters[name]

    def ids(self):
        return torch.cat([self["userEmbedding"], self["itemEmbedding"]])

    def split(self, nodes):
        return nodes[:self.users], nodes[self.users:]

    def linear(self, name, x):
        return x @ self[f"{name}/weight"] + self[f"{name}/bias"]


# ---------------------------------------------------------------- shared mathematics

def mean_of_layers(graph, x, layers):
    every = [x]
    for _ in range(layers):
        every.append(graph @ every[-1])
    return torch.stack(every).mean(0)


def last_layer(graph, x, layers):
    for _ in range(layers):
        x = graph @ x
    return x


def margins(u, p, n):
    ratio = len(n) // len(u)
    return (u * p).sum(1, keepdim=True) - (u[:, None] * n.view(len(u), ratio, -1)).sum(2)


def bpr(u, p, n, floor=False):
    x = margins(u, p, n)
    return -(torch.sigmoid(x) + 1e-10).log().mean() if floor else F.softplus(-x).mean()


def frobenius(*rows):
    return sum(torch.linalg.norm(r) for r in rows) / len(rows[0])


def half_squares(size, *rows):
    return .5 * sum((r * r).sum() for r in rows) / size


def info_nce(a, b, temperature):
    a, b = F.normalize(a), F.normalize(b)
    return F.cross_entropy(a @ b.T / temperature, torch.arange(len(a)))


# ---------------------------------------------------------------- models: loss(batch, first) and represent()

class Bpr:
    # Users that are ranked when ranking is timed; the time of all is extrapolated.
    most_ranked = None

    def __init__(self, s):
        self.s, self.c = s, s.config

    def represent(self):
        return self.s["userEmbedding"], self.s["itemEmbedding"]

    def rows(self, batch, users, items):
        return users[batch["users"]], items[batch["positives"]], items[batch["negatives"]]

    def loss(self, batch, first):
        rows = self.rows(batch, *self.represent())
        return bpr(*rows, floor=True) + self.c["regWeight"] * frobenius(*rows)

    def start(self):
        """Graphs of an epoch, where a model makes any."""

    def scores(self, represented, users):
        return represented[0][users] @ represented[1].T


class LightGcn(Bpr):
    def represent(self):
        return self.s.split(mean_of_layers(self.s.graphs["userItem"], self.s.ids(), self.c["layers"]))

    def loss(self, batch, first):
        zero = self.rows(batch, self.s["userEmbedding"], self.s["itemEmbedding"])
        return bpr(*self.rows(batch, *self.represent()), floor=True) + self.c["regWeight"] * frobenius(*zero)


class Vbpr(Bpr):
    def __init__(self, s):
        super().__init__(s)
        self.features = torch.cat([s.features[key] for key in s.keys], 1)

    def item_rows(self, ids):
        return torch.cat([self.s["itemEmbedding"][ids], self.s.linear("projection", self.features[ids])], 1)

    def represent(self):
        return self.s["userEmbedding"], self.item_rows(slice(None))

    def loss(self, batch, first):
        rows = self.s["userEmbedding"][batch["users"]], self.item_rows(batch["positives"]), self.item_rows(batch["negatives"])
        return bpr(*rows, floor=True) + self.c["regWeight"] * frobenius(*rows)


class Freedom(Bpr):
    def __init__(self, s):
        super().__init__(s)
        self.pruned = s.graphs["userItem@epoch0"]
        users, items = s.train
        degrees = np.bincount(users, minlength=s.users)[users], np.bincount(items, minlength=s.items)[items]
        self.weights = torch.from_numpy(1 / np.sqrt(degrees[0] * degrees[1]))

    def start(self):
        users, items = self.s.train
        count = max(1, int(len(users) * (1 - self.c["dropout"])))
        kept = torch.multinomial(self.weights, count).numpy()
        r = sp.csr_matrix((np.ones(count, np.float32), (users[kept], items[kept])), (self.s.users, self.s.items))
        self.pruned = Graph(symmetric(sp.bmat([[None, r], [r.T, None]], format="csr"), 1e-7), self.s.layout)

    def represent(self, graph=None):
        users, items = self.s.split(mean_of_layers(graph or self.s.graphs["userItem"], self.s.ids(), self.c["userItemLayers"]))
        return users, items + last_layer(self.s.graphs["items"], self.s["itemEmbedding"], self.c["itemItemLayers"])

    def loss(self, batch, first):
        u, p, n = self.rows(batch, *self.represent(self.pruned))
        total = bpr(u, p, n)
        for key in self.s.keys:
            project = lambda ids: self.s.linear(f"project/{key}", self.s.features[key][ids])
            total = total + self.c["regWeight"] * bpr(u, project(batch["positives"]), project(batch["negatives"]))
        return total


class Lattice(Bpr):
    def __init__(self, s):
        super().__init__(s)
        self.start()

    def start(self):
        """Each item's neighbours by projected features as they are now; later batches multiply the graph as a constant."""
        s, k = self.s, min(self.c["neighbours"], self.s.items)
        self.edges = []
        with torch.no_grad():
            for key in s.keys:
                unit = F.normalize(s.linear(f"project/{key}", s.features[key]))
                found = [(unit[first:first + 1024] @ unit.T).topk(k) for first in range(0, s.items, 1024)]
                values, columns = (torch.cat(part).reshape(-1) for part in zip(*found))
                rows = torch.arange(s.items).repeat_interleave(k)
                keep = values > 0
                self.edges.append((rows[keep], columns[keep]))
            share = torch.softmax(s["modalityWeights"], 0).numpy()
            learned = sum(
                float(w) * sp.csr_matrix((values.numpy(), (rows, columns)), (s.items, s.items))
                for w, (rows, columns), values in zip(share, self.edges, self.cosines()))
            mix = self.c["graphMix"]
            originals = sum(float(w) * s.matrices[f"items/{key}"] for w, key in zip(share, s.keys))
            self.constant = Graph((1 - mix) * symmetric(learned) + mix * originals, s.layout)

    def cosines(self):
        for key, (rows, columns) in zip(self.s.keys, self.edges):
            unit = F.normalize(self.s.linear(f"project/{key}", self.s.features[key]))
            yield F.relu((unit[rows] * unit[columns]).sum(1))

    def learned_product(self):
        """Through the learned graph, with the gradient of its weights."""
        s, mix = self.s, self.c["graphMix"]
        share = torch.softmax(s["modalityWeights"], 0)
        weighted = [w * values for w, values in zip(share, self.cosines())]
        sums = torch.zeros(s.items)
        for (rows, _), values in zip(self.edges, weighted):
            sums = sums.index_add(0, rows, values)
        scale = torch.where(sums > 0, sums.clamp(min=1e-30) ** -.5, torch.zeros(1))[:, None]

        def product(h):
            result = torch.zeros_like(h)
            for (rows, columns), values in zip(self.edges, weighted):
                result = result.index_add(0, rows, (h * scale)[columns] * values[:, None])
            originals = sum(w * (s.graphs[f"items/{key}"] @ h) for w, key in zip(share, s.keys))
            return (1 - mix) * result * scale + mix * originals
        return product

    def represent(self, first=False):
        multiply = self.learned_product() if first else self.constant.__matmul__
        content = self.s["itemEmbedding"]
        for _ in range(self.c["itemItemLayers"]):
            content = multiply(content)
        users, items = self.s.split(mean_of_layers(self.s.graphs["userItem"], self.s.ids(), self.c["userItemLayers"]))
        return users, items + F.normalize(content)

    def loss(self, batch, first):
        rows = self.rows(batch, *self.represent(first))
        return bpr(*rows) + self.c["regWeight"] * half_squares(self.c["batchSize"], *rows)


class Mgcn(Bpr):
    def views(self):
        s, c = self.s, self.c
        behaviour = mean_of_layers(s.graphs["userItem"], s.ids(), c["userItemLayers"])
        self.explicit = []
        for key in s.keys:
            gate = torch.sigmoid(s.linear(f"purify/{key}", s.linear(f"project/{key}", s.features[key])))
            items = last_layer(s.graphs[f"items/{key}"], s["itemEmbedding"] * gate, c["itemItemLayers"])
            self.explicit.append(torch.cat([s.graphs["userFromItem"] @ items, items]))
        shares = torch.softmax(torch.cat([torch.tanh(s.linear("attention", x)) @ s["attention/query"] for x in self.explicit], 1), 1)
        shared = sum(x * shares[:, m:m + 1] for m, x in enumerate(self.explicit))
        gates = [torch.sigmoid(s.linear(f"preference/{key}", behaviour)) for key in s.keys]
        modality = (shared + sum(g * (x - shared) for g, x in zip(gates, self.explicit))) / (len(s.keys) + 1)
        return behaviour, modality

    def represent(self):
        behaviour, modality = self.views()
        return self.s.split(behaviour + modality)

    def sides(self, batch, nodes):
        users, items = self.s.split(nodes)
        return users[batch["users"]], items[batch["positives"]]

    def loss(self, batch, first):
        behaviour, modality = self.views()
        rows = self.rows(batch, *self.s.split(behaviour + modality))
        contrast = sum(info_nce(a, b, self.c["temperature"]) for a, b in zip(self.sides(batch, modality), self.sides(batch, behaviour)))
        return bpr(*rows) + self.c["contrastWeight"] * contrast + self.c["regWeight"] * half_squares(self.c["batchSize"], *rows)


class Gume(Mgcn):
    def loss(self, batch, first):
        s, c = self.s, self.c
        behaviour, modality = self.views()
        rows = self.rows(batch, *s.split(behaviour + modality))
        extended = sum(
            mean_of_layers(s.graphs["userItem"], torch.cat([s[f"extendedUser/{key}"], s.split(explicit)[1]]), c["userItemLayers"])
            for key, explicit in zip(s.keys, self.explicit)) / len(s.keys)
        explicit_users, extended_users = self.sides(batch, modality)[0], self.sides(batch, extended)[0]
        contrast = sum(info_nce(a, b, c["temperature"]) for a, b in zip(self.sides(batch, modality), self.sides(batch, behaviour)))

        def noisy(x):
            views = [x + c["noise"] * torch.sign(x).detach() * F.normalize(torch.rand_like(x)) for _ in range(2)]
            return info_nce(*views, c["userModalityTemperature"])
        user_modality = info_nce(extended_users, explicit_users, c["userModalityTemperature"]) + noisy(explicit_users) + noisy(extended_users)
        align = sum(
            (a.var() - b.var()).abs() + (a.mean() - b.mean()).abs()
            for m, a in enumerate(self.explicit) for b in self.explicit[m + 1:])
        return (bpr(*rows) + c["alignWeight"] * align + c["contrastWeight"] * contrast + c["userModalityWeight"] * user_modality
                + c["regWeight"] * half_squares(c["batchSize"], *rows)
                + c["regExtendedWeight"] * half_squares(c["batchSize"], self.sides(batch, extended)[1]))


class Egra(Mgcn):
    def loss(self, batch, first):
        behaviour, modality = self.views()
        rows = self.rows(batch, *self.s.split(behaviour + modality))
        both = list(zip(self.sides(batch, behaviour), self.sides(batch, modality)))
        sides = [(F.normalize(b), F.normalize(m), F.normalize(b + m)) for b, m in both]
        align = self.align(sides[0], sides[1]) + self.align(sides[1], sides[0])
        # The first epoch's weight; which one it is costs the same.
        weight = self.c["weightMin"] if self.c["epochWeights"] == "ramp" else self.c["weightMax"]
        return bpr(*rows) + weight * align + self.c["regWeight"] * half_squares(self.c["batchSize"], *rows)

    def align(self, own, other):
        (b, m, _), fused = own, other[2]
        view, across = self.c["temperatureView"], self.c["temperatureFused"]
        own_cosine = (b * m).sum(1)
        numerator = torch.stack([own_cosine / view, (b * fused).sum(1) / across, (m * fused).sum(1) / across], 1).logsumexp(1)
        denominator = torch.stack(
            [(b @ m.T / view).logsumexp(1), (b @ fused.T / across).logsumexp(1), (m @ fused.T / across).logsumexp(1)], 1).logsumexp(1)
        weights = torch.softmax((1 - own_cosine.detach()) / self.c["temperatureEntity"], 0)
        return ((denominator - numerator) * weights).sum()


class Mllmrec(Bpr):
    def __init__(self, s):
        super().__init__(s)
        x, graph = torch.from_numpy(s.arrays["input/itemVectors"]), s.graphs["items"]
        with torch.no_grad():
            every = [x]
            for _ in range(self.c["layers"]):
                every.append(graph @ every[-1])
            self.items = sum(every)
        self.users = torch.from_numpy(s.arrays["input/userVectors"])

    def network(self, side, x):
        s = self.s
        hidden = F.leaky_relu(x @ s[f"{side}/hidden/weight"] + s[f"{side}/hidden/bias"], .01)
        bias = s.parameters.get(f"{side}/output/bias", 0)
        return hidden @ s[f"{side}/output/weight"] + bias

    def represent(self):
        return self.network("user", self.users), self.network("item", self.items)

    def loss(self, batch, first):
        items = (self.network("item", self.items[batch[name]]) for name in ("positives", "negatives"))
        return bpr(self.network("user", self.users[batch["users"]]), *items)


class Magnet(Bpr):
    # Every pair passes every expert: minutes for a whole split.
    most_ranked = 128

    def __init__(self, s):
        super().__init__(s)
        self.graph_names = [name for name in ("userItem", "userItemInduced") if name in s.graphs]
        self.history = torch.from_numpy(np.diff(s.matrices["userHistory"].indptr).astype(np.float32))
        self.features = {key: self.scaled(x.double()).float() for key, x in s.features.items()}
        self.shares = torch.tensor(self.templates(len(s.keys) + 1), dtype=torch.float32)
        self.counter, self.stage, self.done = 0, 1, 0

    def scaled(self, x):
        if self.c["featureScale"] != "standardise":
            return x
        deviation = x.std(0, unbiased=False)
        return F.normalize((x - x.mean(0)) / torch.where(deviation > 0, deviation, torch.full_like(deviation, math.inf)))

    def templates(self, n):
        c, every = self.c, []
        for family in ("dom", "bal", "com"):
            for anchor in range(n):
                if family == "dom":
                    own = (1 - c["alpha"]) / 2 + c["alpha"]
                elif family == "bal":
                    own = 1 / n + c["beta"] / 6
                else:
                    own = c["comEpsilon"]
                rest = [(1 - own) / (n - 1)] * (n - 1)
                if family == "com" and n == 3:
                    rest = [(1 - own) * c["delta"], (1 - own) * (1 - c["delta"])]
                every.append(rest[:anchor] + [own] + rest[anchor:])
        return every

    def encode(self):
        views = [mean_of_layers(self.s.graphs[name], self.s.ids(), self.c["layers"]) for name in self.graph_names]
        z = self.s.split(sum(views) / len(views))
        cues = [self.s.linear(f"cue/{key}", self.features[key]) for key in self.s.keys]
        return views, z, cues, [self.s.graphs["userHistory"] @ cue for cue in cues]

    def heads(self, side, groups):
        mixed = torch.einsum("eg,gnd->end", self.shares, torch.stack(groups))
        heads = torch.bmm(mixed, self.s[f"expert/{side}"])
        return heads + self.s["expert/bias"][:, None] if side == "item" and "expert/bias" in self.s.parameters else heads

    def join(self, users, items):
        mlp = self.c["expertHead"] == "mlp"
        return F.relu(users + items) if mlp else users * items

    def top_shares(self, pi):
        top = pi.topk(min(self.c["topExperts"], pi.shape[-1]), -1)
        kept = torch.zeros_like(pi).scatter(-1, top.indices, top.values)
        return kept / kept.sum(-1, keepdim=True)

    def loss(self, batch, first):
        s, c = self.s, self.c
        views, z, item_cues, user_cues = self.encode()
        zu = z[0][batch["users"]]
        own = [cue[batch["positives"]] for cue in item_cues]
        groups = [zu] + [cue[batch["users"]] for cue in user_cues]
        if c["userCue"] == "leaveOneOut":
            n = self.history[batch["users"]][:, None]
            groups[1:] = [(g * n - o) / (n - 1).clamp(min=1) * (n > 1.5) for g, o in zip(groups[1:], own)]
        users = self.heads("user", groups)
        ratio = len(batch["negatives"]) // len(batch["users"])

        def mixture(ids, users, zu):
            zi = z[1][ids]
            joined = self.join(users, self.heads("item", [zi] + [cue[ids] for cue in item_cues]))
            values = (F.dropout(joined, c["dropout"]) @ s["expert/output"]).squeeze(2).T
            log_pi = F.log_softmax(zu @ s["router/user"] + zi @ s["router/item"] + s["router/bias"], 1)
            return (values * self.top_shares(log_pi.exp())).sum(1), log_pi
        liked, log_pi = mixture(batch["positives"], users, zu)
        other, _ = mixture(batch["negatives"], users.repeat_interleave(ratio, 1), zu.repeat_interleave(ratio, 0))
        total = F.softplus(other.view(-1, ratio) - liked[:, None]).mean()
        if len(views) == 2:
            for which, name in enumerate(("users", "positives")):
                ids = batch[name].unique()
                a, b = (s.split(view)[which][ids] for view in views)
                total = total + c["contrastWeight"] * .5 * (info_nce(a, b, c["temperature"]) + info_nce(b, a, c["temperature"]))
        total = total + self.routing(log_pi)
        return total + c["weightDecay"] * sum((p * p).sum() for p in s.parameters.values())

    def routing(self, log_pi):
        """Coverage until the routing's entropy has been high for long enough, then confidence."""
        pi = log_pi.exp()
        mean, experts = pi.mean(0), pi.shape[1]
        entropy = float(-(mean * mean.clamp(min=1e-30).log()).sum()) / math.log(experts)
        self.done += 1
        self.counter = self.counter + 1 if entropy >= self.c["entropyThreshold"] else 0
        if self.counter >= self.c["coverageWindow"] and self.done > round(self.c["minCoverageEpochs"] * self.s.per_epoch):
            self.stage = 2
        if self.stage == 1:
            return self.c["routingWeight"] * (1 - entropy) * ((mean - 1 / experts) ** 2).sum()
        return self.c["routingWeight"] * entropy * -(pi * log_pi).sum(1).mean()

    def represent(self):
        _, z, item_cues, user_cues = self.encode()
        s = self.s
        return (self.heads("user", [z[0]] + user_cues), self.heads("item", [z[1]] + item_cues),
                z[0] @ s["router/user"] + s["router/bias"], z[1] @ s["router/item"])

    def scores(self, represented, users):
        user_heads, item_heads, user_logits, item_logits = represented
        result = torch.empty(len(users), self.s.items)
        v = self.s["expert/output"].squeeze(1)
        for place, user in enumerate(users):
            if self.c["expertHead"] == "mlp":
                values = F.relu(user_heads[:, user, None] + item_heads) @ v
            else:
                values = item_heads @ (user_heads[:, user] * v)[:, :, None]
            shares = self.top_shares(torch.softmax(user_logits[user] + item_logits, 1))
            result[place] = (values.view(len(values), -1).T * shares).sum(1)
        return result


class Simgr(Bpr):
    def embeddings(self):
        s, c = self.s, self.c
        plain = mean_of_layers(s.graphs["userItem"], s.ids(), c["layers"])
        start = torch.cat([s["signedUserEmbedding"], s["signedItemEmbedding"]]) if "signedUserEmbedding" in s.parameters else s.ids()
        liked = mean_of_layers(s.graphs["positive"], start, c["layers"])
        disliked = s.linear("negative/output", F.relu(s.linear("negative/hidden", s.graphs["negative"] @ start)))
        p, n = F.softplus(liked @ s["positiveQuery"]), F.softplus(disliked @ s["negativeQuery"])
        share = torch.sigmoid(2 * p / (p + n) - 1)
        own = plain + F.relu(share * liked + (1 - share) * disliked)
        views = []
        for key in s.keys:
            items = s.linear(f"project/{key}", s.features[key])
            views.append(last_layer(s.graphs["userItem"], torch.cat([s.graphs["userHistory"] @ items, items]), c["modalityLayers"]))
        shares = torch.softmax(torch.cat([view @ s["modalityQuery"] for view in views], 1), 1)
        return own, own + sum(view * shares[:, m:m + 1] for m, view in enumerate(views))

    def represent(self):
        return self.s.split(self.embeddings()[1])

    def loss(self, batch, first):
        c = self.c
        own, final = self.embeddings()
        rows = u, p, _ = self.rows(batch, *self.s.split(final))
        own_users, own_items = self.s.split(own)
        liked = torch.from_numpy(self.s.arrays["input/signs"])[batch["pairs"]]
        cosines = (F.normalize(u) * F.normalize(p)).sum(1)
        sign = (liked * (1 - cosines) + (1 - liked) * c["negativeWeight"] * F.relu(cosines - c["margin"])).mean()
        contrast = info_nce(own_users[batch["users"]], u, c["temperature"]) + info_nce(own_items[batch["positives"]], p, c["temperature"])
        return bpr(*rows) + c["signWeight"] * sign + c["contrastWeight"] * contrast + c["regWeight"] * half_squares(c["batchSize"], *rows)


MODELS = {"bpr": Bpr, "lightgcn": LightGcn, "vbpr": Vbpr, "freedom": Freedom, "lattice": Lattice, "mgcn": Mgcn, "gume": Gume,
          "egra": Egra, "mllmrec": Mllmrec, "magnet": Magnet, "simgr": Simgr}


# ---------------------------------------------------------------- what is timed

class Peer:
    def __init__(self, folder):
        self.s = Subject(pathlib.Path(folder))
        self.model = MODELS[self.s.model](self.s)
        self.adam = torch.optim.Adam(list(self.s.parameters.values()), lr=self.s.config["learningRate"])
        self.next = 0
        users, items = self.s.valid
        known = np.diff(self.s.trained.indptr)[users] > 0
        self.relevant = {}
        for user, item in zip(users[known].tolist(), items[known].tolist()):
            self.relevant.setdefault(user, set()).add(item)
        self.ranked = np.array(sorted(self.relevant))

    def open(self):
        # MAGNET's stage moves on: that may not show in what is measured.
        state = dict(vars(self.model))
        with torch.no_grad():
            loss = float(self.model.loss(self.s.batches[0], False))
        vars(self.model).update(state)
        return {"torch": torch.__version__, "threads": torch.get_num_threads(), "sparse": self.s.layout, "loss": loss}

    def step(self, first=False):
        start, used = time.perf_counter(), time.process_time()
        self.adam.zero_grad(set_to_none=True)
        self.model.loss(self.s.batches[self.next], first).backward()
        self.adam.step()
        self.next = (self.next + 1) % len(self.s.batches)
        return 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - used)

    def steps(self, count):
        ms, cpu = zip(*(self.step() for _ in range(count)))
        return {"ms": ms, "cpuMs": cpu}

    def start(self):
        begun = time.perf_counter()
        self.model.start()
        self.step(True)
        return {"seconds": time.perf_counter() - begun}

    def evaluate(self, cutoff=50, tile=2048):
        begun = time.perf_counter()
        if self.s.model == "lattice":
            self.model.start()
        ranked = self.ranked[:self.model.most_ranked]
        discounts = 1 / np.log2(np.arange(2, cutoff + 2))
        recall = gain = 0.0
        with torch.no_grad():
            represented = self.model.represent()
            ranking = time.perf_counter()
            for first in range(0, len(ranked), tile):
                users = ranked[first:first + tile]
                scores = self.model.scores(represented, torch.from_numpy(users))
                seen = self.s.trained[users].tocoo()
                scores[torch.from_numpy(seen.row.astype(np.int64)), torch.from_numpy(seen.col.astype(np.int64))] = -1e10
                best = scores.topk(min(cutoff, self.s.items), 1).indices.numpy()
                for user, row in zip(users.tolist(), best.tolist()):
                    wanted = self.relevant[user]
                    hits = np.array([item in wanted for item in row])
                    recall += hits[:20].sum() / len(wanted)
                    gain += (hits * discounts[:len(hits)])[:20].sum() / discounts[:min(20, len(wanted))].sum()
        seconds = ranking - begun + (time.perf_counter() - ranking) * len(self.ranked) / len(ranked)
        return {"seconds": seconds, "recall": recall / len(ranked), "ndcg": gain / len(ranked)}


def main():
    peer = Peer(sys.argv[1])
    for line in sys.stdin:
        command, *words = line.split()
        print(json.dumps(getattr(peer, command)(*map(int, words))), flush=True)


main()
