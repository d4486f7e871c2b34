"""LightGCN (He et al., SIGIR 2020), regularised on layer 0 as MMRec does; its behaviour graph may be enhanced."""
from reference import model
from reference.enhanced import behaviour_block
from reference.graphs import bipartite, sym
from reference.losses import batch_rows, mean_of_layers

Bpr = model.load("bpr")


class Reference(Bpr):
    defaults = {**model.BASE, "regWeight": 1e-4, "layers": 2}

    def build(self, data, init):
        init.tables(data, self.config["embeddingSize"])
        block = behaviour_block(self, data, init)
        # With a block, the constant that LightGCN adds to degrees is dropped.
        self.graphs["userItem"] = sym(bipartite(data.r, block), 1e-7 if block is None else 0.0)

    def final(self, given):
        return given.split(mean_of_layers(given.graphs["userItem"], given.ids(), self.config["layers"]))

    def regularised(self, given, batch, rows):
        return batch_rows(batch, given["userEmbedding"], given["itemEmbedding"])
