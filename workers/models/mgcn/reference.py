"""MGCN (Yu et al., MM 2023): behaviour view, modality views purified by behaviour, fusion and contrast between the two."""
import torch

from reference import model
from reference.enhanced import behaviour_block
from reference.graphs import bipartite, sym, sym_bip
from reference.losses import batch_rows, bpr, half_squares, info_nce, last_layer, mean_of_layers
from reference.refined import item_graphs


class Reference(model.Reference):
    defaults = {**model.BASE, "regWeight": 1e-4, "lrDecay": .96, "userItemLayers": 2, "itemItemLayers": 1, "neighbours": 5,
                "contrastWeight": .01, "temperature": .2, "trainFeatures": True}

    def build(self, data, init):
        d = self.config["embeddingSize"]
        init.tables(data, d)
        self.graphs["userItem"] = sym(bipartite(data.r, self.block(data, init)))
        # Users gather their items from training pairs alone, whatever enhances the behaviour graph.
        self.graphs["userFromItem"] = sym_bip(data.r)
        self.graphs.update({f"items/{key}": graph for key, graph in item_graphs(self, data).items()})
        for key in self.modalities:
            x = data.features[key]
            if self.config["trainFeatures"]:
                init.given(f"features/{key}", x)
            init.linear(f"project/{key}", x.shape[1], d)
            init.linear(f"purify/{key}", d, d)
            init.linear(f"preference/{key}", d, d)
        init.linear("attention", d, d)
        init.uniform("attention/query", (d,), d ** -.5)

    def block(self, data, init):
        """What the behaviour graph has between items, or None."""
        return behaviour_block(self, data, init)

    def views(self, given):
        """Behaviour view E_B, modality view E_M and the list of E_m, users stacked on items."""
        c = self.config
        behaviour = mean_of_layers(given.graphs["userItem"], given.ids(), c["userItemLayers"])
        explicit = []
        for key in self.modalities:
            gate = torch.sigmoid(given.linear(f"purify/{key}", given.linear(f"project/{key}", given.features(key))))
            items = last_layer(given.graphs[f"items/{key}"], given["itemEmbedding"] * gate, c["itemItemLayers"])
            explicit.append(torch.cat([given.graphs["userFromItem"] @ items, items]))
        query = given.column("attention/query")
        shares = torch.softmax(torch.cat([torch.tanh(given.linear("attention", x)) @ query for x in explicit], 1), 1)
        shared = sum(x * shares[:, m:m + 1] for m, x in enumerate(explicit))
        gates = [torch.sigmoid(given.linear(f"preference/{key}", behaviour)) for key in self.modalities]
        specific = sum(gate * (x - shared) for gate, x in zip(gates, explicit))
        return behaviour, (shared + specific) / (len(explicit) + 1), explicit

    def final(self, given):
        behaviour, modal, _ = self.views(given)
        return given.split(behaviour + modal)

    def sides(self, given, batch, nodes):
        """The batch's rows of users and of positive items."""
        users, items = given.split(nodes)
        return users[batch["users"]], items[batch["positives"]]

    def contrast(self, given, batch, behaviour, modal):
        """InfoNCE of both sides, from the modality view to the behaviour view."""
        pairs = zip(self.sides(given, batch, modal), self.sides(given, batch, behaviour))
        users, items = (info_nce(anchors, candidates, self.config["temperature"]) for anchors, candidates in pairs)
        weight = self.config["contrastWeight"]
        return {"contrastUsers": (users, weight), "contrastItems": (items, weight)}

    def ranking_terms(self, given, batch, nodes):
        """BPR and the regulariser on the final rows."""
        rows = batch_rows(batch, *given.split(nodes))
        return {"bpr": (bpr(*rows), 1.0),
                "reg": (half_squares(self.config["batchSize"], *rows), self.config["regWeight"])}

    def terms(self, given, batch):
        behaviour, modal, _ = self.views(given)
        return {**self.ranking_terms(given, batch, behaviour + modal), **self.contrast(given, batch, behaviour, modal)}

    def silent(self, given):
        """With one modality the fusion has nothing to choose, and E_m - E_S is zero."""
        return () if len(self.modalities) > 1 else ("attention", "preference/")
