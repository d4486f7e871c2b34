"""LATTICE (Zhang et al., MM 2021): an item graph learned from projected features at the start of every epoch."""
import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from reference import model
from reference.enhanced import behaviour_block
from reference.graphs import bipartite, sym
from reference.losses import batch_rows, bpr, half_squares, mean_of_layers
from reference.refined import item_graphs

TILE = 1024


class Reference(model.Reference):
    defaults = {**model.BASE, "regWeight": 1e-4, "lrDecay": .96, "userItemLayers": 2, "itemItemLayers": 1, "neighbours": 5,
                "graphMix": .9, "trainFeatures": True, "edgeEnhancer": "none"}

    def build(self, data, init):
        d, count = self.config["embeddingSize"], len(self.modalities)
        init.tables(data, d)
        looped = bipartite(data.r, behaviour_block(self, data, init)) + sp.identity(data.users + data.items)
        self.graphs["userItem"] = sp.csr_matrix(sp.diags(1 / np.asarray(looped.sum(1)).ravel()) @ looped)
        self.graphs.update({f"items/{key}": graph for key, graph in item_graphs(self, data).items()})
        for key in self.modalities:
            if self.config["trainFeatures"]:
                init.given(f"features/{key}", data.features[key])
            init.linear(f"project/{key}", data.features[key].shape[1], d)
        # Training starts at 1/M each; slightly apart here, so that swapped modalities show.
        init.given("modalityWeights", [1 / count + .125 * k for k in range(count)])

    def unit(self, given, key):
        return F.normalize(given.linear(f"project/{key}", given.features(key)))

    def nearest(self, given, key):
        """Places of the top K cosines of each item's projected features, the item itself first; those <= 0 dropped."""
        unit, k = self.unit(given, key), min(self.config["neighbours"], given.items)
        found = []
        for first in range(0, given.items, TILE):
            tile = unit[first:first + TILE] @ unit.T
            tile.diagonal(first).fill_(torch.inf)
            values, columns = tile.topk(min(k + 1, given.items))
            given.apart(values[:, k - 1:-1] - values[:, k:])  # the last one kept and the first one left out
            given.apart(values[:, :k])  # against the threshold 0
            found.append((values[:, :k] > 0, columns[:, :k]))
        keep, columns = (torch.cat(part).reshape(-1) for part in zip(*found))
        return torch.arange(given.items).repeat_interleave(k)[keep], columns[keep]

    def cosines(self, given):
        """Per modality, the cosine of each learned edge."""
        for key, (rows, columns) in zip(self.modalities, given.state["edges"]):
            unit = self.unit(given, key)
            yield (unit[rows] * unit[columns]).sum(1)

    def start_epoch(self, given):
        """The item graph of the parameters as they are now; later batches multiply it as a constant."""
        with torch.no_grad():
            given.state["edges"] = [given.decided(f"nearest/{key}", lambda key=key: self.nearest(given, key))
                                    for key in self.modalities]
            shares, size = torch.softmax(given["modalityWeights"], 0).tolist(), (given.items, given.items)
            learned = sym(sum(share * sp.csr_matrix((values.numpy(), (rows, columns)), size) for share, (rows, columns), values
                              in zip(shares, given.state["edges"], self.cosines(given))))
            given.show_graph(f"learned@epoch{given.epoch}", learned)
            mix = self.config["graphMix"]
            original = sum(share * given.matrices[f"items/{key}"] for share, key in zip(shares, self.modalities))
            given.state["items"] = given.sparse((1 - mix) * learned + mix * original)

    def start_ranking(self, given):
        self.start_epoch(given)

    def learned_product(self, given):
        """Multiplication by the same item graph, with the gradient of its weights."""
        mix, shares, edges = self.config["graphMix"], torch.softmax(given["modalityWeights"], 0), given.state["edges"]
        weighted = [share * values for share, values in zip(shares, self.cosines(given))]
        sums = torch.zeros(given.items, dtype=given.dtype)
        for (rows, _), values in zip(edges, weighted):
            sums = sums.index_add(0, rows, values)
        scale = torch.where(sums > 0, sums.clamp(min=1e-30) ** -.5, torch.zeros_like(sums))[:, None]

        def product(x):
            result = torch.zeros_like(x)
            for (rows, columns), values in zip(edges, weighted):
                result = result.index_add(0, rows, (x * scale)[columns] * values[:, None])
            original = sum(share * (given.graphs[f"items/{key}"] @ x) for share, key in zip(shares, self.modalities))
            return (1 - mix) * result * scale + mix * original
        return product

    def nodes(self, given, multiply):
        content = given["itemEmbedding"]
        for _ in range(self.config["itemItemLayers"]):
            content = multiply(content)
        users, items = given.split(mean_of_layers(given.graphs["userItem"], given.ids(), self.config["userItemLayers"]))
        return users, items + F.normalize(content)

    def final(self, given):
        return self.nodes(given, given.state["items"].__matmul__)

    def terms(self, given, batch):
        learned = self.nodes(given, self.learned_product(given)) if given.first else self.final(given)
        rows = batch_rows(batch, *learned)
        return {"bpr": (bpr(*rows), 1.0),
                "reg": (half_squares(self.config["batchSize"], *rows), self.config["regWeight"])}

    def silent(self, given):
        """Parameters without a gradient: all that make the item graph, but in the first batch of an epoch."""
        if not given.first:
            return "modalityWeights", "project/", "features/"
        return () if len(self.modalities) > 1 else ("modalityWeights",)

    def record(self, given, data):
        self.dropped = any(len(rows) < given.items * self.config["neighbours"] for rows, _ in given.state["edges"])
        return {}

    @classmethod
    def verify(cls, references):
        """In one case so many neighbours that some have a similarity <= 0, in the raw and in the projected features."""
        thresholded = references["lattice-frozen-features"]
        least = 30 * thresholded.config["neighbours"]
        assert thresholded.dropped and any(thresholded.graphs[f"items/{key}"].nnz < least for key in ("image", "text"))
