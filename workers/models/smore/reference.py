"""SMORE (Ong and Khong, WSDM 2025): MGCN's views, with modalities filtered and fused in the frequency domain.

As the authors' code has it: the attention is a softmax over the components of a row.
"""
import functools

import numpy as np
import torch

from reference import model
from reference.graphs import bipartite, knn, sym, sym_bip
from reference.losses import batch_rows, bpr, half_squares, info_nce, last_layer, mean_of_layers

FUSION = "fusion"


class Reference(model.Reference):
    defaults = {**model.BASE, "regWeight": .1, "lrDecay": .96, "userItemLayers": 3, "itemItemLayers": 1, "neighbours": 5,
                "neighboursImage": 6, "neighboursText": 4, "contrastWeight": .01, "temperature": .2, "dropout": 0.0,
                "trainFeatures": True}

    def __init__(self, config, modalities):
        super().__init__(config, modalities)
        self.views = [*self.modalities, FUSION]

    def neighbours(self, key):
        """K of a modality; 0 stands for what all have."""
        return self.config.get("neighbours" + key.capitalize(), 0) or self.config["neighbours"]

    def build(self, data, init):
        d = self.config["embeddingSize"]
        init.tables(data, d)
        self.graphs["userItem"], self.graphs["userFromItem"] = sym(bipartite(data.r)), sym_bip(data.r)
        graphs = [sym(knn(data.features[key], self.neighbours(key))) for key in self.modalities]
        self.graphs.update({f"items/{key}": graph for key, graph in zip(self.modalities, graphs)})
        self.graphs[f"items/{FUSION}"] = functools.reduce(lambda a, b: a.maximum(b), graphs).tocsr()
        for key in self.modalities:
            x = data.features[key]
            if self.config["trainFeatures"]:
                init.given(f"features/{key}", x)
            init.linear(f"project/{key}", x.shape[1], d)
            init.linear(f"query/{key}/hidden", d, d)
            init.uniform(f"query/{key}/output/weight", (d, d), d ** -.5)
        for view in self.views:
            init.given(f"filter/{view}", np.float32(init.random.normal(0, 1, (d // 2 + 1, 2))))
            init.linear(f"purify/{view}", d, d)
            init.linear(f"preference/{view}", d, d)

    def filtered(self, given):
        """What each view's filter leaves of the projected features; fusion filters the product of all spectra."""
        d = self.config["embeddingSize"]
        spectra = [torch.fft.rfft(given.linear(f"project/{key}", given.features(key)), norm="ortho") for key in self.modalities]
        spectra.append(functools.reduce(torch.mul, spectra))
        return [torch.fft.irfft(spectrum * torch.view_as_complex(given[f"filter/{view}"]), n=d, norm="ortho")
                for view, spectrum in zip(self.views, spectra)]

    def attention(self, given, key, x):
        """A softmax over the components of each row."""
        hidden = torch.tanh(given.linear(f"query/{key}/hidden", x))
        return torch.softmax(hidden @ given[f"query/{key}/output/weight"], 1)

    def nodes(self, given, training):
        """Behaviour view C and side view S, users stacked on items."""
        c = self.config
        behaviour = mean_of_layers(given.graphs["userItem"], given.ids(), c["userItemLayers"])
        stacked = {}
        for view, x in zip(self.views, self.filtered(given)):
            start = given["itemEmbedding"] * torch.sigmoid(given.linear(f"purify/{view}", x))
            items = last_layer(given.graphs[f"items/{view}"], start, c["itemItemLayers"])
            stacked[view] = torch.cat([given.graphs["userFromItem"] @ items, items])
        side = 0
        for view in self.views:
            gate = torch.sigmoid(given.linear(f"preference/{view}", behaviour))
            if training and c["dropout"] > 0:
                gate = given.dropout(f"gate/{view}", gate, c["dropout"])
            weights = 1 if view == FUSION else self.attention(given, view, stacked[FUSION])
            side = side + gate * weights * stacked[view]
        return behaviour, side / len(self.views)

    def final(self, given):
        behaviour, side = self.nodes(given, False)
        return given.split(behaviour + side)

    def terms(self, given, batch):
        c, (behaviour, side) = self.config, self.nodes(given, True)
        rows = batch_rows(batch, *given.split(behaviour + side))
        terms = {"bpr": (bpr(*rows), 1.0)}
        for at, (name, places) in enumerate((("contrastUsers", batch["users"]), ("contrastItems", batch["positives"]))):
            anchors, candidates = (given.split(nodes)[at][places] for nodes in (side, behaviour))
            terms[name] = info_nce(anchors, candidates, c["temperature"]), c["contrastWeight"]
        return {**terms, "reg": (half_squares(c["batchSize"], *rows), c["regWeight"])}

    # ---------------------------------------------------------------- of golden cases

    def drawn(self, site, place, given, ids, width):
        return model.coarse(given, len(ids), width)

    def checked(self, given, terms, parts, grads):
        """The imaginary parts of the first and the last frequency have no effect."""
        for view in self.views:
            filtered = grads[f"filter/{view}"]
            assert filtered[[0, -1], 1].abs().max() < 1e-15 and filtered[1:-1].abs().min() > 0

    @classmethod
    def verify(cls, references):
        """Two lists of neighbours that differ, and a fusion graph that is neither's."""
        graphs = references["smore"].graphs
        sizes = [graphs[f"items/{key}"].nnz for key in ("image", "text", FUSION)]
        assert sizes[0] != sizes[1] and sizes[2] > max(sizes[:2]), sizes
