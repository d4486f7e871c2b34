"""DA-MRS on LightGCN (Xv et al., KDD 2024): item graphs denoised across modalities, weighted feedback, users and items aligned.

As the authors' code has it; the labels of the items' alignment and the weights of feedback carry no gradient.
"""
import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.graphs import TIE, bipartite, cosines, sym
from reference.losses import batch_rows, last_layer, mean_of_layers

BEHAVIOUR, FLOOR = "behaviour", 1e-9


def content_graphs(features, k):
    """Per modality the k most similar items, itself first, of those that reach the mean cosine in every modality; weights 1."""
    ranked, exact = ([cosines(precision(x)) for x in features] for precision in (np.float32, np.float64))
    means = [part.mean() for part in exact]
    for part, mean in zip(exact, means):
        part = part[~np.eye(len(part), dtype=bool)]
        assert np.abs(part - mean).min() > TIE  # nothing is in doubt at the threshold
    valid = np.all([part >= mean for part, mean in zip(exact, means)], 0)
    np.fill_diagonal(valid, True)
    for part in ranked:
        graph = np.zeros_like(valid, dtype=np.float64)
        for i, row in enumerate(part):
            others = [j for j in np.argsort(-row, kind="stable").tolist() if j != i and valid[i, j]]
            kept = others[:k - 1]
            assert len(others) == len(kept) or row[others[k - 2]] - row[others[k - 1]] > TIE, i
            graph[i, [i, *kept]] = 1
        yield sp.csr_matrix(graph)


def behaviour_graph(r, k):
    """Each item itself, and the k items with which it shares most users, at least 2; weights 1."""
    common = (r.T @ r).toarray()
    np.fill_diagonal(common, 0)
    graph = np.eye(len(common))
    for i, row in enumerate(common):
        near = np.argsort(-row, kind="stable")[:k]
        graph[i, near[row[near] >= 2]] = 1
    return sp.csr_matrix(graph)


class Reference(model.Reference):
    defaults = {**model.BASE, "layers": 2, "itemItemLayers": 1, "neighbours": 5, "coNeighbours": 2, "alignUserWeight": 20.0,
                "alignItemWeight": .1, "labelCount": 5, "labels": "step", "temperature": .2}

    def __init__(self, config, modalities):
        super().__init__(config, modalities)
        self.views = [*self.modalities, BEHAVIOUR]

    def build(self, data, init):
        init.tables(data, self.config["embeddingSize"])
        self.graphs["userItem"] = sym(bipartite(data.r), 1e-7)
        graphs = [*content_graphs([data.features[key] for key in self.modalities], self.config["neighbours"]),
                  behaviour_graph(data.r, self.config["coNeighbours"])]
        sizes = [np.diff(graph.indptr) for graph in graphs]
        assert all((size == sizes[0]).all() for size in sizes[:-1])  # the same number of neighbours in every modality
        self.facts = {"valid": sizes[0].tolist(), "common": sizes[-1].tolist()}
        self.graphs.update({f"items/{view}": sym(graph, 1e-7) for view, graph in zip(self.views, graphs)})

    def item_views(self, given):
        """The items as each item graph has them."""
        return [last_layer(given.graphs[f"items/{view}"], given["itemEmbedding"], self.config["itemItemLayers"])
                for view in self.views]

    def behaviour(self, given):
        return given.split(mean_of_layers(given.graphs["userItem"], given.ids(), self.config["layers"]))

    def final(self, given):
        users, items = self.behaviour(given)
        return users, items + sum(self.item_views(given)) / len(self.views)

    # ---------------------------------------------------------------- feedback

    def weights(self, given, batch, users, views):
        """How much a row's positive counts as liked, and as disliked; constants."""
        rows, unit = users[batch["users"]], [F.normalize(view) for view in views]
        ratio = len(batch["negatives"]) // len(rows)
        liked = torch.stack([torch.sigmoid((rows * x[batch["positives"]]).sum(1)) for x in unit])
        drawn = [torch.sigmoid((rows.repeat_interleave(ratio, 0) * x[batch["negatives"]]).sum(1)) for x in unit]
        mean, other = liked.mean(0), torch.stack(drawn).mean()
        margin = given.apart((liked.max(0).values - other).detach())
        doubtful = given.apart((mean - other).detach()) < 0
        assert not given.checks or 0 < (doubtful & (margin > 0)).sum() < len(rows)
        up = (mean * torch.exp(-2 * liked.var(0))).clamp(0, 1)
        return given.held("liked", up), given.held("disliked", torch.where(doubtful, margin.clamp(0, 1), torch.zeros_like(margin)))

    # ---------------------------------------------------------------- alignment

    def align_users(self, users, items, content):
        """Mean of the two-sided divergence of the probabilities that behaviour and content give to a pair."""
        a, b = users @ F.normalize(items).T, users @ F.normalize(content).T
        return ((torch.sigmoid(a) - torch.sigmoid(b)) * (a - b)).mean()

    def top(self, given, values):
        """Places of the largest values of each row; of items with the same neighbours, which are equal, the first."""
        ranked, places = values.sort(stable=True, dim=1, descending=True)
        gaps = ranked[:, self.config["labelCount"] - 1] - ranked[:, self.config["labelCount"]]
        given.apart(gaps[gaps > 1e-14] * given.items)  # of shares that are one in all items on average
        return places[:, :self.config["labelCount"]]

    def labels(self, given, unit, places):
        """Per graph, for the items at `places`: those that all graphs agree on, and those of its own; [graphs, 2, rows, count]."""
        with torch.no_grad():
            shares, result = [torch.softmax(x[places] @ x.T, 1) for x in unit], []
            whole = sum(shares)
            for share in shares:
                agreed = self.top(given, whole + share)
                result.append(torch.stack([agreed, self.top(given, share.scatter(1, agreed, -torch.inf))]))
            return torch.stack(result)

    def start_epoch(self, given):
        if self.config["labels"] == "epoch":
            with torch.no_grad():
                unit = [F.normalize(view) for view in self.item_views(given)]
                given.state["labels"] = given.decided("labels", lambda: self.labels(given, unit, torch.arange(given.items)))

    def align_items(self, given, views, places):
        """How far each graph's cosines put agreed items before all, and its own before the rest; mean over graphs and items."""
        unit, found = [F.normalize(view) for view in views], 0
        if self.config["labels"] == "epoch":
            labels = given.state["labels"][:, :, places]
        else:
            labels = given.decided("labels", lambda: self.labels(given, unit, places))
        for x, (agreed, own) in zip(unit, labels):
            e = torch.exp(x[places] @ x.T / self.config["temperature"])
            whole, positive, near = e.sum(1), e.gather(1, agreed).sum(1), e.gather(1, own).sum(1)
            rest = (whole - positive).clamp(min=1e-12)
            found = found - (torch.log(positive / whole + FLOOR) + torch.log(near / rest + FLOOR)).mean()
        return found / len(unit)

    def terms(self, given, batch):
        c, (users, items), views = self.config, self.behaviour(given), self.item_views(given)
        content = sum(views) / len(views)
        u, i, negatives = batch_rows(batch, users, items + content)
        x = (u * i).sum(1, keepdim=True) - (u[:, None] * negatives.view(len(u), -1, u.shape[1])).sum(2)
        liked, disliked = self.weights(given, batch, users, views)
        known, some = batch["users"].unique(), torch.cat([batch["positives"], batch["negatives"]]).unique()
        return {"bpr": ((liked * F.softplus(-x).mean(1) + disliked * F.softplus(x).mean(1)).mean(), 1.0),
                "alignUsers": (self.align_users(users[known], items[some], content[some]), c["alignUserWeight"]),
                "alignItems": (self.align_items(given, views, some), c["alignItemWeight"])}

    # ---------------------------------------------------------------- of golden cases

    def checked(self, given, terms, parts, grads):
        """Items alone are aligned without users."""
        assert parts["alignItems"]["userEmbedding"] is None or parts["alignItems"]["userEmbedding"].abs().max() == 0

    @classmethod
    def verify(cls, references):
        """Full and short lists of neighbours in the graphs of content and of behaviour."""
        facts = references["damrs"].facts
        assert min(facts["valid"]) < references["damrs"].config["neighbours"] == max(facts["valid"]), facts
        assert {1, 3} <= set(facts["common"]), facts
