"""SiMGR: signs of ratings by personal thresholds, pseudo edges from content, signed encoders beside LightGCN."""
import math

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.data import COLD_USER, ITEMS, USERS, Dataset, draw_batches, incidence
from reference.graphs import TIE, bipartite, cosines, row_mean, sym
from reference.losses import batch_rows, bpr, half_squares, info_nce, last_layer, mean_of_layers
from reference.output import digits

ONE_RATING, CONTENT, WITHOUT_IMAGE, EQUAL_ITEMS = 3, 13, 5, (9, 29)


class RatedDataset(Dataset):
    """The shared pairs with ratings from 1 to 5; one user with a single rating and one who only gives fives.

    Text features are signed, image features are not; two items look the same and one has no image.
    """

    def __init__(self):
        super().__init__()
        random, seen = np.random.default_rng(401), {}
        mood = {u: random.dirichlet((.6, .6, .8, 1.5, 2)) for u in range(USERS)}
        for u, i in self.train:
            if u != ONE_RATING or u not in {other for other, _ in seen}:
                seen[u, i] = True
        self.train = sorted(seen)
        self.ratings = [2 if u == ONE_RATING else 5 if u == CONTENT else int(random.choice(5, p=mood[u])) + 1
                        for u, _ in self.train]
        self.r = incidence(self.train)
        self.features = {"image": np.float32(np.maximum(0, random.normal(.5, .5, (ITEMS, 10)))),
                         "text": np.float32(random.normal(.7, .5, (ITEMS, 6)))}
        self.features["image"][WITHOUT_IMAGE] = 0
        for x in self.features.values():
            x[EQUAL_ITEMS[1]] = x[EQUAL_ITEMS[0]]
        self.batches = draw_batches(random, self.train)
        assert {u for u, _ in self.train} == set(range(USERS)) - {COLD_USER} and len(self.history(ONE_RATING)) == 1

    def json(self):
        return {**super().json(), "ratings": self.ratings}

    def history(self, user):
        return [i for u, i in self.train if u == user]


# ---------------------------------------------------------------- signed edges

def thresholds(data, personal, mix):
    """delta of each user: mix * mean - (1 - mix) * population deviation of the ratings, or 3; None without ratings."""
    result = []
    for user in range(data.users):
        given = np.array([rating for (u, _), rating in zip(data.train, data.ratings) if u == user], dtype=np.float64)
        result.append(None if not len(given) else float(mix * given.mean() - (1 - mix) * given.std()) if personal else 3.0)
        if personal and len(given):
            assert np.abs(given - result[-1]).min() > TIE
    return result


def joint_similarity(data, modalities, precision=np.float32):
    """Product over modalities of the cosines, negative ones first set to 0."""
    parts = [cosines(precision(data.features[m])) for m in modalities]
    assert all(np.abs(part[part != 0]).min() > TIE for part in parts)  # no sign is in doubt
    return np.prod([np.maximum(part, 0) for part in parts], 0)


def best_pairs(values, exact, rows, columns, count, sign, cut):
    """The first `count` (row, column) pairs, largest (sign 1) or smallest (-1) first, that lie beyond the cut.

    Among equal values the lower row comes first, then the lower column. Also how many of them the cut refused.
    """
    def beyond(value):
        return sign * (value - cut) > 0

    order = sorted((-sign * float(values[q, i]), q, i) for q in rows for i in columns)
    for (a, q, i), (b, r, j) in zip(order[count - 1:count], order[count:count + 1]):
        tied = exact[q, i] == exact[r, j] and a == b
        assert tied or b - a > TIE or not beyond(-sign * a), (a, b)  # nothing at the end of the list is in doubt
    taken = order[:count]
    assert all(abs(-sign * value - cut) > TIE for value, _, _ in taken)
    kept = [(q, i) for value, q, i in taken if beyond(-sign * value)]
    return kept, len(taken) - len(kept)


def pseudo_edges(data, modalities, config, liked):
    """Positive edges to tail items and negative edges to popular items, as [u, i] lists; and how many pairs the cuts refused."""
    values, exact = (joint_similarity(data, modalities, precision) for precision in (np.float32, np.float64))
    degrees = np.asarray(data.r.sum(0)).ravel()
    tail = set(np.argsort(degrees, kind="stable")[:math.floor(config["tailShare"] * data.items)].tolist())
    edges, refused = {1: [], -1: []}, {1: 0, -1: 0}
    for user in range(data.users):
        history = data.history(user)
        for sign in (1, -1):
            # Only positive edges can be left to the liked items of the history.
            rows = [i for i in history if (user, i) in liked] if sign == 1 and config["pseudoRows"] == "positive" else history
            columns = [i for i in range(data.items) if (i in tail) == (sign == 1) and i not in history]
            pairs, lost = best_pairs(values, exact, rows, columns, config["pseudoPerUser"], sign,
                                     config["positiveCut" if sign == 1 else "negativeCut"])
            refused[sign] += lost
            for item in dict.fromkeys(i for _, i in pairs):
                # The cap counts the pseudo edges of this sign.
                cap = config["perItemCap"]
                if not cap or sum(other == item for _, other in edges[sign]) < cap:
                    edges[sign].append((user, item))
    return sorted(edges[1]), sorted(edges[-1]), refused


# ---------------------------------------------------------------- the model

class Reference(model.Reference):
    defaults = {
        **model.BASE, "regWeight": 1e-4, "layers": 2, "modalityLayers": 2, "modalityFusion": "attention",
        "signed": True, "personalThreshold": True, "pseudoFeedback": True, "thresholdMix": .8,
        "tailShare": .2, "pseudoPerUser": 5, "positiveCut": .6, "negativeCut": .1, "pseudoRows": "all", "perItemCap": 0,
        "shareEmbeddings": False, "attention": "softplus", "signWeight": .1, "negativeWeight": 1.0, "margin": 0.0,
        "contrastWeight": .01, "temperature": .5, "literalContrast": False, "positivesOnly": False, "likedGraph": False}
    dataset = "rated"
    datasets = {"rated": RatedDataset}

    def build(self, data, init):
        c, d = self.config, self.config["embeddingSize"]
        init.tables(data, d)
        for key in self.modalities:
            init.linear(f"project/{key}", data.features[key].shape[1], d)
        init.uniform("modalityQuery", (d,), d ** -.5)
        if c["signed"]:
            if not c["shareEmbeddings"]:
                init.xavier("signedUserEmbedding", data.users, d)
                init.xavier("signedItemEmbedding", data.items, d)
            for layer in ("hidden", "output"):
                init.linear(f"negative/{layer}", d, d)
            init.uniform("positiveQuery", (d,), d ** -.5)
            init.uniform("negativeQuery", (d,), d ** -.5)
        self.sign(data)

    def sign(self, data):
        """Graphs and facts of the signs."""
        c, limits = self.config, thresholds(data, self.config["personalThreshold"], self.config["thresholdMix"])
        above = [rating > limits[u] for (u, _), rating in zip(data.train, data.ratings)]
        liked, disliked = ([pair for pair, yes in zip(data.train, above) if yes is sign] for sign in (True, False))
        self.inputs["signs"] = np.array(above, np.float32)
        seen, pseudo = incidence(liked) if c["likedGraph"] else data.r, ([], [])
        self.graphs["userItem"], self.graphs["userHistory"] = sym(bipartite(seen)), row_mean(seen)
        if c["pseudoFeedback"]:
            *pseudo, self.refused = pseudo_edges(data, self.modalities, c, set(liked))
        self.facts = {"thresholds": digits(limits), "positiveEdges": liked, "negativeEdges": disliked,
                      "pseudoPositive": pseudo[0], "pseudoNegative": pseudo[1]}
        if c["signed"]:
            self.graphs["positive"] = sym(bipartite(incidence(liked + pseudo[0])))
            self.graphs["negative"] = sym(bipartite(incidence(disliked + pseudo[1])))

    def modal(self, given):
        """The fused modality embedding, users stacked on items."""
        views = []
        for key in self.modalities:
            items = given.linear(f"project/{key}", given.features(key))
            stacked = torch.cat([given.graphs["userHistory"] @ items, items])
            views.append(last_layer(given.graphs["userItem"], stacked, self.config["modalityLayers"]))
        if self.config["modalityFusion"] == "normalisedSum":
            return sum(F.normalize(view) for view in views)
        shares = torch.softmax(torch.cat([view @ given.column("modalityQuery") for view in views], 1), 1)
        return sum(view * shares[:, m:m + 1] for m, view in enumerate(views))

    def signed(self, given):
        """What the signed encoders add to the interaction embedding."""
        own = "signedUserEmbedding" in given
        table = torch.cat([given["signedUserEmbedding"], given["signedItemEmbedding"]]) if own else given.ids()
        positive = mean_of_layers(given.graphs["positive"], table, self.config["layers"])
        hidden = given.apart(given.linear("negative/hidden", given.graphs["negative"] @ table))
        negative = given.linear("negative/output", F.relu(hidden))
        p, n = positive @ given.column("positiveQuery"), negative @ given.column("negativeQuery")
        if self.config["attention"] == "softplus":
            p, n = F.softplus(p), F.softplus(n)
            whole = p + n
        else:  # ratio: kept 1e-6 away from 0, with its sign
            whole = p + n
            whole = torch.where(whole.abs() < 1e-6, torch.where(whole < 0, -1e-6, 1e-6).to(whole.dtype), whole)
            assert not given.checks or whole.abs().min() > 1e-3
        share = torch.sigmoid((p - n) / whole)
        return F.relu(given.apart(share * positive + (1 - share) * negative))

    def views(self, given):
        """Interaction embedding (with what the signs add) and E*, users stacked on items."""
        interaction = mean_of_layers(given.graphs["userItem"], given.ids(), self.config["layers"])
        if self.config["signed"]:
            interaction = interaction + self.signed(given)
        return interaction, interaction + self.modal(given)

    def final(self, given):
        return given.split(self.views(given)[1])

    def contrast(self, anchors, candidates):
        """InfoNCE over the batch's rows; the literal reading pairs every row of the denominator with itself."""
        if not self.config["literalContrast"]:
            return info_nce(anchors, candidates, self.config["temperature"])
        own = (F.normalize(anchors) * F.normalize(candidates)).sum(1) / self.config["temperature"]
        return (torch.logsumexp(own, 0) - own).mean()

    def sign_loss(self, given, users, items, liked):
        """1 - cos for liked pairs, the cosine above the margin for the others; mean over all rows."""
        cosines = (F.normalize(users) * F.normalize(items)).sum(1)
        over = cosines - self.config["margin"]
        if given.checks:
            disliked = over[liked == 0]
            assert 0 < len(disliked) < len(liked) and (given.apart(disliked) > 0).any()
        return (liked * (1 - cosines) + (1 - liked) * self.config["negativeWeight"] * F.relu(over)).mean()

    def terms(self, given, batch):
        c, (interaction, final) = self.config, self.views(given)
        rows = users, items, negatives = batch_rows(batch, *given.split(final))
        liked, ranked = given.inputs["signs"][batch["pairs"]], rows
        if c["positivesOnly"]:
            chosen = liked > 0
            kept = negatives.view(len(users), -1, negatives.shape[1])[chosen].flatten(0, 1)
            ranked = users[chosen], items[chosen], kept
        terms = {"bpr": (bpr(*ranked), 1.0)}
        if c["signed"]:
            terms["sign"] = self.sign_loss(given, users, items, liked), c["signWeight"]
            own = given.split(interaction)
            terms["contrastUsers"] = self.contrast(own[0][batch["users"]], users), c["contrastWeight"]
            terms["contrastItems"] = self.contrast(own[1][batch["positives"]], items), c["contrastWeight"]
        terms["reg"] = half_squares(c["batchSize"], *rows), c["regWeight"]
        return terms

    # ---------------------------------------------------------------- of golden cases

    def silent(self, given):
        chosen = len(self.modalities) > 1 and self.config["modalityFusion"] == "attention"
        return () if chosen else ("modalityQuery",)

    @classmethod
    def verify(cls, references):
        """The data exercise what the cases are for."""
        facts = {name: reference.facts for name, reference in references.items()}
        full, capped = facts["simgr"], facts["simgr-capped"]
        for fact, fixed in ((facts["simgr-sga"], True), (full, False)):
            unhappy = {u for u, _ in fact["negativeEdges"]}
            assert len(fact["negativeEdges"]) >= 10 and CONTENT not in unhappy and len(unhappy) < USERS - 3
            assert (ONE_RATING in unhappy) == fixed
        for name, reference in references.items():
            if reference.config["pseudoFeedback"]:
                assert min(len(facts[name]["pseudoPositive"]), len(facts[name]["pseudoNegative"])) > 5, name
                assert min(reference.refused.values()) > 5, (name, reference.refused)
        for name in ("simgr-rows-positive", "simgr-capped"):
            assert len(facts[name]["pseudoPositive"]) < len(full["pseudoPositive"]), name
        assert facts["simgr-rows-positive"]["pseudoNegative"] == full["pseudoNegative"]
        assert len(capped["pseudoNegative"]) < len(full["pseudoNegative"])
