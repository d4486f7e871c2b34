"""MAGNET: two encoded views, experts over modality groups, a router per pair, and stages that its entropy switches."""
import math

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.data import COLD_ITEM, COLD_USER, ITEMS
from reference.graphs import TIE, bipartite, cosines, neighbours, row_mean, sym
from reference.losses import info_nce, mean_of_layers
from reference.output import digits

FAMILIES = {"all": ("dom", "bal", "com"), "bal": ("bal",), "bal+dom": ("dom", "bal"), "bal+com": ("bal", "com"),
            "dom+com": ("dom", "com")}
# Wider than the default bounds of head and router, so that scores and probabilities differ enough for every term to weigh.
HEAD, ROUTER = 2.5, 6.0
VALIDATION, EXPLAINED = 12, 3


# ---------------------------------------------------------------- what is fixed before training

def triplet(family, groups, anchor, config):
    """The expert's weights over the groups; `anchor` is the index of its own group."""
    rest = groups - 1
    if family == "dom":
        alpha = config["alpha"]
        own, others = (1 - alpha) / 2 + alpha, [(1 - alpha) / 2 / rest] * rest
    elif family == "bal":
        own = 1 / groups + config["beta"] / 6
        others = [(1 - own) / rest] * rest
    else:
        own, delta = config["comEpsilon"], config["delta"]
        shares = [delta, 1 - delta] if rest == 2 else [1 / rest] * rest
        others = [(1 - own) * share for share in shares]
    weights = others[:anchor] + [own] + others[anchor:]
    assert min(weights) >= 0 and abs(sum(weights) - 1) < 1e-12
    return weights


def induced(r, features, k, count):
    """E+ as a binary U x I matrix: the best unseen items of every user's pool."""
    size = r.shape[1]
    listed = np.zeros((size, size), bool)  # listed[i, j]: j in N(i)
    for x in features:
        np.put_along_axis(listed, neighbours(x, k, include_self=False)[0], True, 1)
    similarity = np.mean([cosines(np.float64(np.float32(x))) for x in features], 0)
    edges = np.zeros(r.shape)
    for user, row in enumerate(r.toarray() > 0):
        pool = [j for j in range(size) if listed[row, j].any() and not row[j]]
        score = {j: similarity[row & listed[:, j], j].sum() for j in pool}
        ranked = sorted(pool, key=lambda j: (-score[j], j))
        if len(ranked) > count:
            gap = score[ranked[count - 1]] - score[ranked[count]]
            assert gap == 0 or gap > TIE, (user, gap)
        edges[user, ranked[:count]] = 1
    return sp.csr_matrix(edges)


def entropy(p):
    return -torch.xlogy(p, p).sum(-1)


def stage_weights(strategy, scale, h):
    """Weights of the coverage and of the confidence term at normalised entropy h."""
    if strategy == "const":
        return scale, scale
    low, high = {"lin": (1 - h, h), "quad": ((1 - h) ** 2, h ** 2), "rev": (h, 1 - h)}[strategy]
    return scale * low, scale * high


# ---------------------------------------------------------------- the model

class Reference(model.Reference):
    defaults = {
        **model.BASE, "layers": 2, "neighbours": 4, "inducedPerUser": 6, "view": "dual", "userCue": "leaveOneOut",
        "featureScale": "standardise", "alpha": .6, "beta": .2, "delta": .5, "comEpsilon": .05, "expertHead": "hadamard",
        "dropout": 0.0, "topExperts": 4, "routerHidden": 0, "families": "all", "expertCopies": 1, "templates": True,
        "experts": True, "routingWeight": .3, "stageWeights": "lin", "stages": "entropy", "entropyThreshold": .9,
        "coverageWindow": 4, "minCoverageSteps": 0, "contrastWeight": .01, "temperature": .5, "weightDecay": 2e-5}
    dataset = "audio"
    # Every pair passes every expert: minutes for a whole split.
    most_ranked = 128

    def __init__(self, config, modalities):
        super().__init__(config, modalities)
        n, c = 1 + len(self.modalities), config  # behaviour is a group too
        # (family, anchor) in order: copies, then families, then anchors.
        self.experts = [(family, anchor) for _ in range(c["expertCopies"]) for family in FAMILIES[c["families"]]
                        for anchor in range(n)] if c["experts"] else [("mean", None)]
        self.triplets = [triplet(family, n, anchor, c) for family, anchor in self.experts] if c["experts"] else [[1 / n] * n]
        self.routed = len(self.experts) > 1
        self.weighing, self.weighty = set(), set()  # terms that have a weight, and those whose gradient shows

    def build(self, data, init):
        c, d, count = self.config, self.config["embeddingSize"], len(self.experts)
        self.graphs["userItem"] = sym(bipartite(data.r))
        if c["view"] == "dual":
            extra = induced(data.r, [data.features[key] for key in self.modalities], c["neighbours"], c["inducedPerUser"])
            self.graphs["userItemInduced"] = sym(bipartite(data.r + extra))
        self.graphs["userHistory"] = row_mean(data.r)
        init.tables(data, d)
        for key in self.modalities:
            init.linear(f"cue/{key}", data.features[key].shape[1], d)
        init.uniform("expert/user", (count, d, d), HEAD * d ** -.5)
        init.uniform("expert/item", (count, d, d), HEAD * d ** -.5)
        if c["expertHead"] == "mlp":
            init.uniform("expert/bias", (count, d), d ** -.5)
        init.uniform("expert/output", (d,), HEAD * d ** -.5)
        if not c["templates"]:
            init.given("expert/triplets", np.float32(np.log(np.maximum(self.triplets, 1e-6))))
        if self.routed:
            hidden, bound = c["routerHidden"], (2 * d) ** -.5
            init.uniform("router/user", (d, hidden or count), ROUTER * bound)
            init.uniform("router/item", (d, hidden or count), ROUTER * bound)
            if hidden:
                init.uniform("router/hidden/bias", (hidden,), bound)
                init.uniform("router/output/weight", (hidden, count), hidden ** -.5)
                init.uniform("router/output/bias", (count,), 1.0)
            else:
                init.uniform("router/bias", (count,), 1.0)

    # ---------------------------------------------------------------- forward

    def scaled(self, x):
        """The raw features, or every dimension standardised over all items (population sd) and then unit rows."""
        if self.config["featureScale"] == "none":
            return x
        exact = x.double()
        spread = exact.std(0, unbiased=False)
        return F.normalize((exact - exact.mean(0)) / torch.where(spread > 0, spread, torch.full_like(spread, math.inf))).to(x.dtype)

    def encode(self, given):
        """The encoded views, z of users and of items, and per modality the cues of items and of users."""
        names = [name for name in ("userItem", "userItemInduced") if name in given.graphs]
        views = [mean_of_layers(given.graphs[name], given.ids(), self.config["layers"]) for name in names]
        cues = [given.linear(f"cue/{key}", given.once(key, lambda key=key: self.scaled(given.features(key))))
                for key in self.modalities]
        return views, given.split(sum(views) / len(views)), cues, [given.graphs["userHistory"] @ cue for cue in cues]

    def weights(self, given):
        """Every expert's triplet: the template, or the softmax of learned logits."""
        if "expert/triplets" in given:
            return torch.softmax(given["expert/triplets"], 1)
        return given.once("triplets", lambda: torch.tensor(self.triplets, dtype=given.dtype))

    def heads(self, given, side, groups):
        """One side of every expert, [E, rows, d], from its rows in every group."""
        heads = torch.bmm(torch.einsum("eg,gnd->end", self.weights(given), torch.stack(groups)), given[f"expert/{side}"])
        return heads + given["expert/bias"][:, None] if side == "item" and "expert/bias" in given else heads

    def join(self, given, users, items):
        return F.relu(given.apart(users + items)) if self.config["expertHead"] == "mlp" else users * items

    def routes(self, given, z):
        """What users and items add to the router's (first) layer; nothing without a router."""
        if not self.routed:
            return None, None
        bias = given["router/hidden/bias" if self.config["routerHidden"] else "router/bias"]
        return z[0] @ given["router/user"] + bias, z[1] @ given["router/item"]

    def logits(self, given, users, items):
        """Of every expert, from what each side adds."""
        if not self.config["routerHidden"]:
            return users + items
        return given.linear("router/output", F.relu(given.apart(users + items)))

    def shares(self, given, pi):
        """Probabilities of the most probable experts, renormalised; zero elsewhere."""
        count = min(self.config["topExperts"], pi.shape[-1])
        if given.checks:  # no choice is in doubt
            ranked = pi.sort(-1, descending=True).values
            given.apart(ranked[..., count - 1:count] - ranked[..., count:count + 1])
        top = pi.topk(count, -1)
        kept = torch.zeros_like(pi).scatter(-1, top.indices, top.values)
        return kept / kept.sum(-1, keepdim=True)

    # ---------------------------------------------------------------- training

    def stage(self, given, h):
        """Counter first, then the stage, once per step."""
        c, before = self.config, given.state.get("routing", (0, 1))
        given.apart(torch.tensor([h - c["entropyThreshold"]]))
        counter, done = before[0] + 1 if h >= c["entropyThreshold"] else 0, given.step + 1
        least = c["minCoverageSteps"] if "minCoverageSteps" in c else round(c["minCoverageEpochs"] * given.steps_per_epoch)
        switched = before[1] == 2 or (counter >= c["coverageWindow"] and done > least)
        stage = {"entropy": 1 + switched, "fixed": 1 + (done > c.get("switchStep", 0)), "coverage": 1, "confidence": 2}[c["stages"]]
        given.state["routing"] = counter, stage
        for key, number in (("entropy", h), ("counter", counter), ("stage", stage)):
            given.observe(key, [number])
        return stage

    def without_own(self, given, batch, cues, own):
        """Rows of the users' cues that leave the row's own positive out."""
        n = given.once("history", lambda: torch.from_numpy(np.diff(given.r.indptr)).to(given.dtype))[batch["users"]][:, None]
        return [(cue * n - item) / (n - 1).clamp(min=1) * (n > 1.5) for cue, item in zip(cues, own)]

    def terms(self, given, batch):
        c, (views, z, item_cues, user_cues) = self.config, self.encode(given)
        zu, cues = z[0][batch["users"]], [cue[batch["users"]] for cue in user_cues]
        if c["userCue"] == "leaveOneOut":
            cues = self.without_own(given, batch, cues, [cue[batch["positives"]] for cue in item_cues])
        users, ratio = self.heads(given, "user", [zu, *cues]), len(batch["negatives"]) // len(batch["users"])

        def scored(site, places, users, zu):
            zi = z[1][places]
            joined = self.join(given, users, self.heads(given, "item", [zi, *(cue[places] for cue in item_cues)]))
            values = (given.dropout(site, joined, c["dropout"], axis=1) @ given.column("expert/output")).squeeze(2)
            if not self.routed:
                return values[0], None
            log_pi = F.log_softmax(self.logits(given, *self.routes(given, (zu, zi))), 1)
            return (values.T * self.shares(given, log_pi.exp())).sum(1), log_pi

        liked, log_pi = scored("dropout/positive", batch["positives"], users, zu)
        other, _ = scored("dropout/negative", batch["negatives"], users.repeat_interleave(ratio, 1), zu.repeat_interleave(ratio, 0))
        terms = {"bpr": (F.softplus(other.view(-1, ratio) - liked[:, None]).mean(), 1.0)}
        if len(views) == 2:
            contrast = 0
            for side, name in enumerate(("users", "positives")):
                a, b = (given.split(view)[side][batch[name].unique()] for view in views)
                contrast = contrast + (info_nce(a, b, c["temperature"]) + info_nce(b, a, c["temperature"])) / 2
            terms["contrast"] = contrast, c["contrastWeight"]
        if self.routed:
            terms.update(self.routing_terms(given, log_pi))
        terms["decay"] = sum((value * value).sum() for value in given.parameters.values()), c["weightDecay"]
        return terms

    def routing_terms(self, given, log_pi):
        """Coverage in stage 1, confidence in stage 2; the entropy in their weights carries no gradient."""
        pi = log_pi.exp()
        mean, count = pi.mean(0), pi.shape[1]
        h = given.held("entropy", float(entropy(mean)) / math.log(count))
        stage = given.decided("stage", lambda: self.stage(given, h))
        coverage, confidence = stage_weights(self.config["stageWeights"], self.config["routingWeight"], h)
        return {"coverage": (((mean - 1 / count) ** 2).sum(), coverage if stage == 1 else 0.0),
                "confidence": (-(pi * log_pi).sum(1).mean(), confidence if stage == 2 else 0.0)}

    # ---------------------------------------------------------------- after training

    def final(self, given):
        """Heads and routes of all users and items, with the whole history."""
        _, z, item_cues, user_cues = self.encode(given)
        heads = self.heads(given, "user", [z[0], *user_cues]), self.heads(given, "item", [z[1], *item_cues])
        return (*heads, *self.routes(given, z))

    def scores(self, given, final, users):
        """Each pair routed on its own, without dropout."""
        user_heads, item_heads, user_routes, item_routes = final
        result, v = torch.empty(len(users), given.items, dtype=given.dtype), given["expert/output"].reshape(-1)
        for place, user in enumerate(users):
            if self.config["expertHead"] == "mlp":
                values = self.join(given, user_heads[:, user, None], item_heads) @ v
            else:
                values = (item_heads @ (user_heads[:, user] * v)[:, :, None]).squeeze(2)
            if self.routed:
                pi = torch.softmax(self.logits(given, user_routes[user], item_routes), 1)
                result[place] = (values.T * self.shares(given, pi)).sum(1)
            else:
                result[place] = values[0]
        return result

    # ---------------------------------------------------------------- of golden cases

    def drawn(self, site, place, given, ids, width):
        """Multiples of 1/64: exact in float32, and short."""
        random = given.once("random", lambda: np.random.default_rng(given.seed + 1000))
        return torch.tensor(random.integers(0, 64, (len(ids), width)) / 64)

    def checked(self, given, terms, parts, grads):
        """Every term reaches the parameters that it should, and no other; which ones weigh visibly on some parameter."""
        routers = tuple(name for name in grads if name.startswith("router"))
        encoder = "userEmbedding", "itemEmbedding"
        reached = {"contrast": encoder, "coverage": encoder + routers, "confidence": encoder + routers}
        for term, (_, weight) in terms.items():
            for name, part in parts[term].items():
                size = 0 if part is None else part.abs().max().item()
                assert (size > 1e-9) == (name in reached.get(term, grads)), (term, name, size)
                if weight * size > .005 * grads[name].abs().max().item():
                    self.weighty.add(term)
        self.weighing |= {term for term, (_, weight) in terms.items() if weight}

    def record(self, given, data):
        """The templates (also where learned triplets start from them); validation pairs and how they are routed."""
        assert self.weighty == self.weighing, (self.weighty, self.weighing)
        triplets = {"triplets": digits(self.triplets)}
        if not self.routed:
            return triplets
        # Pairs outside training, of users with a history; the cold item is among them.
        random, known = np.random.default_rng(77), set(data.train)
        users = random.choice([u for u in range(data.users) if u != COLD_USER], VALIDATION, replace=False).tolist()
        items = [COLD_ITEM] + [int(random.choice([j for j in range(ITEMS) if (u, j) not in known])) for u in users[1:]]
        return {**triplets, "validation": [list(pair) for pair in zip(users, items)],
                "routing": self.routing_statistics(given, users, items)}

    def routing_statistics(self, given, users, items):
        """What the routing of the final parameters looks like over the pairs."""
        user_heads, item_heads, user_routes, item_routes = self.final(given)
        values = self.join(given, user_heads[:, users], item_heads[:, items]) @ given["expert/output"]
        pi = torch.softmax(self.logits(given, user_routes[users], item_routes[items]), 1)
        count, mean, ranked = pi.shape[1], pi.mean(0), pi.sort(1, descending=True).values
        given.apart(ranked[:, 0] - ranked[:, 1])
        h, loads = entropy(mean), torch.bincount(pi.argmax(1), minlength=count)
        families, anchors = zip(*self.experts)

        def mass(own, of):
            return sum(mean[e] for e, each in enumerate(of) if each == own).item()

        figures = {
            "pi": pi, "mean": mean, "effective": h.exp(), "hhi": (mean ** 2).sum(), "diversity": h / math.log(count),
            "winnerShare": ranked[:, 0].mean(), "top3Mass": ranked[:, :3].sum(1).mean(),
            "gap": (ranked[:, 0] - ranked[:, 1]).mean(), "maxLoad": loads.max().item() / len(users),
            "specialisation": 1 - entropy(pi).mean() / math.log(count), "reliance": mean @ self.weights(given),
            "familyMass": [mass(family, families) for family in dict.fromkeys(families)],
            "anchorMass": [mass(anchor, anchors) for anchor in range(1 + len(self.modalities))],
            "contributions": (self.shares(given, pi) * values.T)[:EXPLAINED],
        }
        return {key: digits(value) for key, value in figures.items()}
